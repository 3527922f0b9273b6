import { type CIDR, cidrContains, cidrSize, parseCIDR, parseIP } from "../../address/index.ts";
import { wantsHealthCheckPort, wantsNodePorts } from "../defaulting/service.ts";
import type { ServiceFamilies } from "../defaulting/service-families.ts";
import { child, type Fields, items, number, text, texts } from "../schema/fields.ts";
import { type Cause, Causes } from "./cause.ts";
import { metadataOf, validateMetadataUpdate } from "./metadata.ts";
import { validateService } from "./service.ts";
import { settleFamilies } from "./service-addresses.ts";
import { adoptAllocated, dropForType, validateServiceChange } from "./service-update.ts";

/** What a cluster hands out to Services. */
export interface ServiceRanges {
  /** The Service ranges, the primary one first: `10.96.0.0/16`, `fd00:96::/112`. */
  readonly serviceCIDRs: readonly string[];
  /** Lowest and highest node port. */
  readonly nodePorts: readonly [number, number];
  /** Addresses and node ports that other Services have. */
  readonly takenAddresses?: readonly string[];
  readonly takenNodePorts?: readonly number[];
  /** Chooses a free address or port; without it values stay open. */
  readonly choose?: {
    readonly address: (family: "IPv4" | "IPv6") => string;
    readonly nodePort: () => number;
  };
}

/**
 * Checks a Service that is created (`old` undefined) or replaces another, as the API server does:
 * first what it hands out, then the rules. Changes `service` to what would be stored.
 */
export function validateServiceRequest(
  service: Fields,
  old: Fields | undefined,
  families: ServiceFamilies,
  ranges: ServiceRanges | undefined,
): readonly Cause[] {
  const spec = child(service, "spec") ?? {};
  const oldSpec = old && (child(old, "spec") ?? {});
  if (oldSpec !== undefined) adoptAllocated(spec, oldSpec);
  else if (text(spec, "clusterIP") !== "" && texts(spec, "clusterIPs").length === 0) {
    spec.clusterIPs = [text(spec, "clusterIP")];
  }
  const unsettled = settleFamilies(spec, oldSpec, families);
  if (unsettled.length > 0) return unsettled;
  const refused = allocate(service, spec, oldSpec, ranges);
  if (refused.length > 0) return refused;

  const causes = new Causes();
  if (old !== undefined && oldSpec !== undefined) {
    dropForType(spec, oldSpec);
    validateMetadataUpdate(metadataOf(service), metadataOf(old), causes);
    validateServiceChange(spec, oldSpec, causes);
  }
  validateService(service, causes);
  return causes.list;
}

function allocate(
  service: Fields,
  spec: Fields,
  old: Fields | undefined,
  ranges: ServiceRanges | undefined,
): readonly Cause[] {
  const causes = new Causes();
  allocateAddresses(service, spec, old, ranges, causes);
  if (causes.list.length === 0) allocateNodePorts(spec, old, ranges, causes);
  if (causes.list.length === 0) allocateHealthCheckPort(spec, old, ranges, causes);
  return causes.list;
}

function allocateAddresses(
  service: Fields,
  spec: Fields,
  old: Fields | undefined,
  ranges: ServiceRanges | undefined,
  causes: Causes,
): void {
  const addresses = [...texts(spec, "clusterIPs")];
  const keeps = old !== undefined && text(old, "type") !== "ExternalName";
  const kept = keeps ? texts(old, "clusterIPs") : [];
  if (text(spec, "type") === "ExternalName" || addresses[0] === "None" || kept[0] === "None")
    return;
  const wanted = texts(spec, "ipFamilies");
  // An update allocates only what an upgrade to two families adds; anything else is left to the rules.
  if (keeps && !(texts(old, "ipFamilies").length === 1 && wanted.length === 2)) return;
  if (ranges !== undefined && isNameless(service)) {
    causes.invalid("spec.clusterIPs", "no address can be allocated to a Service without a name");
    return;
  }
  for (const [index, family] of wanted.entries()) {
    if (keeps && index === 0) continue;
    const given = addresses[index] ?? "";
    if (given === "") {
      const chosen = ranges?.choose?.address(family as "IPv4" | "IPv6");
      if (chosen !== undefined) addresses[index] = chosen;
    } else if (ranges !== undefined) {
      const problem = allocationProblem(given, ranges);
      if (problem !== undefined) causes.invalid("spec.clusterIPs", problem);
    }
  }
  if (addresses.length === 0) return;
  spec.clusterIPs = addresses;
  spec.clusterIP = addresses[0] ?? "";
}

function isNameless(service: Fields): boolean {
  const metadata = metadataOf(service);
  return text(metadata, "name") === "" && text(metadata, "generateName") === "";
}

function allocationProblem(given: string, ranges: ServiceRanges): string | undefined {
  const address = parseIP(given);
  if (address === undefined) return `${given} is no address`;
  const inRange = ranges.serviceCIDRs
    .map(parseCIDR)
    .some((range) => range !== undefined && cidrContains(range, address) && isUsable(range, given));
  if (!inRange) return `${given} is not in the Service range`;
  return ranges.takenAddresses?.includes(given) ? `${given} is already allocated` : undefined;
}

/** The first address of a range, and the last one of IPv4, are not handed out. */
function isUsable(range: CIDR, given: string): boolean {
  const address = parseIP(given);
  if (address === undefined) return false;
  const offset = BigInt(address.value) - BigInt(range.first);
  if (offset === 0n) return false;
  return range.family === "IPv6" || offset !== cidrSize(range) - 1n;
}

function nodePortProblem(
  port: number,
  ranges: ServiceRanges,
  own: Set<number>,
): string | undefined {
  const [low, high] = ranges.nodePorts;
  if (port < low || port > high) return `must be between ${low} and ${high}`;
  if (own.has(port) || ranges.takenNodePorts?.includes(port)) return "is already allocated";
  own.add(port);
  return undefined;
}

function allocateNodePorts(
  spec: Fields,
  old: Fields | undefined,
  ranges: ServiceRanges | undefined,
  causes: Causes,
): void {
  const type = text(spec, "type");
  if (ranges === undefined || (type !== "NodePort" && type !== "LoadBalancer")) return;
  const ports = items(spec, "ports");
  const kept = new Set(items(old, "ports").map((port) => number(port, "nodePort") ?? 0));
  const own = new Set<number>();
  const shared = new Map<number, number>();
  for (const [index, port] of ports.entries()) {
    const given = number(port, "nodePort") ?? 0;
    const portNumber = number(port, "port") ?? 0;
    if (given === 0 && !wantsNodePorts(spec)) continue;
    const present = old === undefined ? shared.get(portNumber) : undefined;
    if (present === given && given !== 0) continue;
    if (present !== undefined && given === 0) {
      port.nodePort = present;
      continue;
    }
    const asked = old === undefined ? given || askedFor(ports, portNumber) : given;
    if (asked === 0) {
      const chosen = ranges.choose?.nodePort();
      if (chosen !== undefined) port.nodePort = chosen;
      if (chosen !== undefined) shared.set(portNumber, chosen);
      continue;
    }
    const reused = old !== undefined && (kept.has(asked) || own.has(asked));
    const problem = reused ? undefined : nodePortProblem(asked, ranges, own);
    if (problem !== undefined) {
      causes.invalid(`spec.ports[${index}].nodePort`, problem);
      return;
    }
    port.nodePort = asked;
    if (present === undefined) shared.set(portNumber, asked);
  }
}

/** One node port serves a port number for all protocols. */
function askedFor(ports: readonly Fields[], portNumber: number): number {
  const same = ports.find(
    (port) => number(port, "port") === portNumber && (number(port, "nodePort") ?? 0) !== 0,
  );
  return number(same, "nodePort") ?? 0;
}

function allocateHealthCheckPort(
  spec: Fields,
  old: Fields | undefined,
  ranges: ServiceRanges | undefined,
  causes: Causes,
): void {
  if (ranges === undefined || !wantsHealthCheckPort(spec)) return;
  if (old !== undefined && wantsHealthCheckPort(old)) return;
  const given = number(spec, "healthCheckNodePort") ?? 0;
  if (given === 0) {
    const chosen = ranges.choose?.nodePort();
    if (chosen !== undefined) spec.healthCheckNodePort = chosen;
    return;
  }
  const own = new Set(items(spec, "ports").map((port) => number(port, "nodePort") ?? 0));
  const problem = nodePortProblem(given, ranges, own);
  // The server has no field for this one: it answers with an internal error.
  if (problem !== undefined) causes.internal("", `health-check node port ${given} ${problem}`);
}
