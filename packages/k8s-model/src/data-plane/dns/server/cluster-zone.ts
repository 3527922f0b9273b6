import { formatIP, parseIP } from "../../../address/index.ts";
import type { Endpoint, EndpointSlice, Service, ServicePort } from "../../../api/index.ts";
import {
  type DnsQuestion,
  type DnsRecord,
  type DnsResponse,
  denial,
  type RecordType,
} from "./dns-record.ts";
import type { KnownService, ZoneView } from "./zone-view.ts";

export interface ClusterZoneOptions {
  readonly clusterDomain?: string;
  /** `ttl` of the kubernetes plugin, also of its denials; 5 s. */
  readonly ttlSeconds?: number;
  /** `pods insecure`: any address is a pod's name. */
  readonly pods?: "disabled" | "insecure";
}

/** A response, and the name to go on with where it is an alias outside the zone. */
export interface ZoneResponse extends DnsResponse {
  readonly continuesAt?: string;
}

/**
 * The names of a cluster as CoreDNS' kubernetes plugin gives them, by what one replica has heard
 * (DNS specification 1.1.0): a ClusterIP Service is its addresses; a headless one the addresses of
 * its ready endpoints, each also under its host name, and no name at all without any; an ExternalName
 * an alias. SRV records name ports.
 *
 * `publishNotReadyAddresses` acts through the slices, where it makes endpoints ready. Left out: PTR,
 * the zone's own records, and whether a namespace exists.
 */
export class ClusterZone {
  readonly #view: ZoneView;
  readonly #domain: string;
  readonly #ttlSeconds: number;
  readonly #pods: "disabled" | "insecure";

  constructor(view: ZoneView, options: ClusterZoneOptions = {}) {
    this.#view = view;
    this.#domain = options.clusterDomain ?? "cluster.local";
    this.#ttlSeconds = options.ttlSeconds ?? 5;
    this.#pods = options.pods ?? "insecure";
  }

  /** Nothing for a name outside of the zone. */
  answer(question: DnsQuestion, nowNs: number): ZoneResponse | undefined {
    const { name } = question;
    if (name === this.#domain) return denial("NOERROR", this.#ttlSeconds);
    if (!name.endsWith(`.${this.#domain}`)) return undefined;
    const labels = name.slice(0, -this.#domain.length - 1).split(".");
    const kind = labels.pop();
    if (labels.length === 0) {
      const known = kind === "svc" || (kind === "pod" && this.#pods === "insecure");
      return denial(known ? "NOERROR" : "NXDOMAIN", this.#ttlSeconds);
    }
    if (kind === "svc") return this.#service(question, labels, nowNs);
    if (kind === "pod" && this.#pods === "insecure") return this.#pod(question, labels);
    return denial("NXDOMAIN", this.#ttlSeconds);
  }

  #service(question: DnsQuestion, labels: readonly string[], nowNs: number): ZoneResponse {
    const place = servicePlace(labels);
    const known = place && this.#view.service(`${place.namespace}/${place.service}`, nowNs);
    if (place === undefined || known === undefined) return denial("NXDOMAIN", this.#ttlSeconds);
    const base = `${place.service}.${place.namespace}.svc.${this.#domain}`;
    const { externalName, type } = known.service.spec;
    if (type === "ExternalName") {
      if (labels.length !== 2) return denial("NXDOMAIN", this.#ttlSeconds);
      return this.#alias(question.name, externalName ?? "", question.type);
    }
    const targets = targetsOf(known, base, place.host);
    if (targets.length === 0) return denial("NXDOMAIN", this.#ttlSeconds);
    if (place.port !== undefined || question.type === "SRV") {
      return this.#ports(question, targets, place.port, place.protocol);
    }
    return this.#response(
      targets
        .filter(({ address }) => addressType(address) === question.type)
        .map(({ address }) => ({ name: question.name, type: question.type, value: address })),
    );
  }

  #ports(
    { name, type }: DnsQuestion,
    targets: readonly Target[],
    port: string | undefined,
    protocol: string | undefined,
  ): DnsResponse {
    const values = new Set<string>();
    for (const target of targets) {
      for (const one of target.ports) {
        if (port !== undefined && one.name !== port) continue;
        if (protocol !== undefined && (one.protocol ?? "TCP").toLowerCase() !== protocol) continue;
        values.add(`${one.port} ${target.host}`);
      }
    }
    if (values.size === 0) return denial("NXDOMAIN", this.#ttlSeconds);
    if (type !== "SRV") return denial("NOERROR", this.#ttlSeconds);
    const weight = Math.max(Math.floor(100 / values.size), 1);
    return this.#response(
      [...values].map((value) => ({ name, type: "SRV", value: `0 ${weight} ${value}` })),
    );
  }

  #alias(name: string, target: string, type: RecordType): ZoneResponse {
    const response = this.#response([{ name, type: "CNAME", value: target }]);
    return type === "A" || type === "AAAA" ? { ...response, continuesAt: target } : response;
  }

  /** `10-1-2-3.namespace.pod`: the address is in the name. */
  #pod({ name, type }: DnsQuestion, labels: readonly string[]): DnsResponse {
    const [dashed = "", namespace, ...more] = labels;
    const address = namespace === undefined || more.length > 0 ? undefined : podAddress(dashed);
    if (address === undefined) {
      return denial(labels.length === 1 ? "NOERROR" : "NXDOMAIN", this.#ttlSeconds);
    }
    if (addressType(address) !== type) return denial("NOERROR", this.#ttlSeconds);
    return this.#response([{ name, type, value: address }]);
  }

  #response(records: readonly DnsRecord[]): DnsResponse {
    return { rcode: "NOERROR", records, ttlSeconds: this.#ttlSeconds };
  }
}

interface ServicePlace {
  readonly service: string;
  readonly namespace: string;
  readonly host?: string;
  readonly port?: string;
  readonly protocol?: string;
}

/** `[host | _port._protocol.] service . namespace` */
function servicePlace(labels: readonly string[]): ServicePlace | undefined {
  const namespace = labels.at(-1);
  const service = labels.at(-2);
  if (service === undefined || namespace === undefined || labels.length > 4) return undefined;
  const place = { service, namespace };
  const [first = "", second = ""] = labels;
  if (labels.length === 2) return place;
  if (labels.length === 3) return first.startsWith("_") ? undefined : { ...place, host: first };
  if (!first.startsWith("_") || !second.startsWith("_")) return undefined;
  return { ...place, port: first.slice(1), protocol: second.slice(1) };
}

/** An address of a Service under its own name. */
interface Target {
  readonly address: string;
  readonly host: string;
  readonly ports: readonly Pick<ServicePort, "name" | "protocol" | "port">[];
}

function targetsOf(known: KnownService, base: string, host: string | undefined): Target[] {
  const { service, slices } = known;
  if (!isHeadless(service) && host === undefined) {
    const { clusterIP, clusterIPs, ports = [] } = service.spec;
    const addresses = clusterIPs ?? (clusterIP === undefined ? [] : [clusterIP]);
    return addresses.map((address) => ({ address, host: base, ports }));
  }
  const ordered = [...slices].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const targets = new Map<string, Target>();
  for (const slice of ordered) {
    if (slice.addressType === "FQDN") continue;
    for (const endpoint of slice.endpoints ?? []) {
      for (const target of readyTargets(slice, endpoint, base)) {
        const wanted = host === undefined || target.host === `${host}.${base}`;
        if (wanted) targets.set(`${target.address} ${target.host}`, target);
      }
    }
  }
  return [...targets.values()];
}

function* readyTargets(slice: EndpointSlice, endpoint: Endpoint, base: string): Iterable<Target> {
  if (endpoint.conditions?.ready === false) return;
  const ports = (slice.ports ?? []).flatMap(({ name = "", protocol = "TCP", port }) =>
    port === undefined ? [] : [{ name, protocol, port }],
  );
  for (const address of endpoint.addresses) {
    const label = endpoint.hostname ?? address.replace(/[.:]/g, "-");
    yield { address, host: `${label}.${base}`, ports };
  }
}

function isHeadless({ spec }: Service): boolean {
  return spec.clusterIP === "None";
}

function addressType(address: string): RecordType {
  return address.includes(":") ? "AAAA" : "A";
}

function podAddress(dashed: string): string | undefined {
  const address = parseIP(dashed.replaceAll("-", ".")) ?? parseIP(dashed.replaceAll("-", ":"));
  return address && formatIP(address);
}
