import type { ServicePort } from "../../api/service.ts";
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { type ServiceView, targetPortNumber } from "../../manifests/services.ts";
import type { WorkloadView } from "../../manifests/workloads.ts";
import { asksForHost, type HostReference, hostReferences } from "./host-references.ts";
import type { ServiceNames } from "./service-names.ts";
import { type ConfigMaps, type ConfigText, configTexts } from "./texts.ts";

/** A place in a workload's configuration that names a port of a Service. */
export interface ServiceReference {
  readonly service: ServiceView;
  readonly port: ServicePort;
  readonly scheme?: string;
  readonly text: ConfigText;
  /** `host:port` as understood; the rest of the value may be a secret and is never kept. */
  readonly matched: string;
}

/** What a workload's configuration says about Services, and what is odd in it. */
export function serviceReferences(
  view: WorkloadView,
  configMaps: ConfigMaps,
  names: ServiceNames,
  diagnostics: Diagnostic[],
): ServiceReference[] {
  const found: ServiceReference[] = [];
  for (const text of configTexts(view, configMaps, names.variable(view.namespace))) {
    for (const reference of hostReferences(text)) {
      const service = names.resolve(reference.host, view.namespace);
      if (service === undefined) {
        const unknown = unknownService(view, text, reference, names);
        if (unknown !== undefined) diagnostics.push(unknown);
        continue;
      }
      if (service.selector === undefined) {
        const outside = withoutPods(view, text, service);
        if (outside !== undefined) diagnostics.push(outside);
        continue;
      }
      const port = portOf(service, reference, reference.setting ?? text.nameHint);
      if (port === undefined) {
        const unknown = unknownPort(view, text, reference, service);
        if (unknown !== undefined) diagnostics.push(unknown);
        continue;
      }
      const matched = `${reference.host}:${port.port}`;
      const scheme = reference.scheme === undefined ? {} : { scheme: reference.scheme };
      found.push({ service, port, text, matched, ...scheme });
    }
  }
  return found;
}

const SCHEME_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  redis: 6379,
  rediss: 6379,
  mysql: 3306,
  mariadb: 3306,
  postgres: 5432,
  postgresql: 5432,
  mongodb: 27017,
  amqp: 5672,
  amqps: 5671,
  kafka: 9092,
  nats: 4222,
  mqtt: 1883,
  memcached: 11211,
};

/** The Service's port that is meant; pods behind a headless Service are called at theirs. */
function portOf(
  service: ServiceView,
  reference: HostReference,
  setting: string | undefined,
): ServicePort | undefined {
  const { ports } = service;
  if (reference.port !== undefined) {
    const same = ports.find(({ port }) => port === reference.port);
    if (same !== undefined || !service.headless) return same;
    return ports.find((port) =>
      service.workloads.some((view) => targetPortNumber(port, view) === reference.port),
    );
  }
  const { scheme } = reference;
  const byScheme =
    scheme !== undefined && Object.hasOwn(SCHEME_PORTS, scheme) ? SCHEME_PORTS[scheme] : undefined;
  const tcp = ports.filter(({ protocol }) => protocol === undefined || protocol === "TCP");
  if (tcp.length === 1) return tcp[0];
  const words = (setting ?? "").toLowerCase().split(/[^a-z0-9]+/);
  return (
    tcp.find(({ port }) => port === byScheme) ??
    tcp.find(({ name }) => name !== undefined && words.includes(name)) ??
    tcp.find(({ name }) => name === scheme || name === "http")
  );
}

function unknownService(
  view: WorkloadView,
  text: ConfigText,
  reference: HostReference,
  names: ServiceNames,
): Diagnostic | undefined {
  const { host, port, scheme } = reference;
  const says = scheme !== undefined || asksForHost(reference.setting ?? text.nameHint);
  const isAddress =
    reference.form === "address" && reference.whole && text.shape === "value" && says;
  if (!isAddress || !/^[a-z][a-z0-9.-]*$/.test(host) || host === "localhost") return undefined;
  if (!names.looksInCluster(host)) return undefined;
  const named = port === undefined ? host : `${host}:${port}`;
  return {
    code: "unknown-service-reference",
    severity: "info",
    message: `${view.kind} "${view.name}": ${text.variable} names ${named}, a Service that the input does not have.`,
    remedy: "add its manifest if it takes part; calls to it are not simulated",
    at: text.at(),
  };
}

/** A Service without selector leads to what is not simulated: outside, or the API server. */
function withoutPods(
  view: WorkloadView,
  text: ConfigText,
  service: ServiceView,
): Diagnostic | undefined {
  if (service.key === "default/kubernetes") return undefined;
  return {
    code: "call-outside",
    severity: "warning",
    message: `${view.kind} "${view.name}": ${text.variable} names Service "${service.name}", which selects no pods; calls to it are not simulated.`,
    remedy: "give it a selector and pods to stand for what it leads to, if that matters",
    at: text.at(),
  };
}

function unknownPort(
  view: WorkloadView,
  text: ConfigText,
  reference: HostReference,
  service: ServiceView,
): Diagnostic | undefined {
  if (reference.port === undefined || !reference.whole || text.shape !== "value") return undefined;
  const ports = service.ports.map(({ port }) => port).join(", ");
  return {
    code: "unknown-service-port",
    severity: "warning",
    message: `${view.kind} "${view.name}": ${text.variable} names port ${reference.port} of Service "${service.name}", which has ${ports === "" ? "no ports" : `only ${ports}`}.`,
    remedy: "correct the port here or in the Service; this call is not simulated",
    at: text.at(),
  };
}
