import type { DnsOptions, WayOptions } from "@k8s-netsim/k8s-model/scenario";
import {
  bytesPerSecondOf,
  DEFAULT_ROUND_TRIP_TIMES,
  DISTANCES,
  type Distance,
  type RoundTripTimes,
} from "@k8s-netsim/k8s-model/topology";
import type { DistributionSpec } from "@k8s-netsim/k8s-model/traffic";
import { type Invocation, type OptionGroup, textOf, textsOf } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { positiveTimeSpan, wholeNumber } from "./option-values.ts";

/** What of names, packets' ways and probes is simulated besides. */
export const WAY_OPTIONS: OptionGroup = {
  title: "Names, links and probes",
  options: [
    {
      name: "dns",
      kind: "text",
      value: "on|KEY=VALUE,…",
      description:
        "Simulate the look-up before each new connection. Keys: replicas, processors, ttl (seconds), node-local-cache=yes|no, library=glibc|musl|go, ndots, spelling=shortest|namespaced|service|full|absolute.",
      default: "callers know every address",
    },
    {
      name: "link-bandwidth",
      kind: "texts",
      value: "[ZONE->ZONE|node=]BANDWIDTH",
      description:
        "Bandwidth between any two zones, from one zone to another, or of each node's interface, such as 10Gbit; bytes queue.",
      default: "no limit",
    },
    {
      name: "round-trip",
      kind: "texts",
      value: "DISTANCE=TIME[±TIME]",
      description:
        "Round trip at a distance (same-node, same-zone, other-zone, other-region); with ± it is drawn for each packet, log-normal with that standard deviation (+- is the same).",
    },
    {
      name: "conntrack-max",
      kind: "text",
      value: "N",
      description: "Entries in each node's connection tracking table.",
      default: "no limit",
    },
    {
      name: "probes-under-load",
      kind: "flag",
      description:
        "Let httpGet and grpc readiness probes wait in the queue of the requests, so that overloaded pods leave their endpoints.",
    },
  ],
};

/** What the command line says of the ways that packets go. */
export function waysOption(invocation: Invocation): {
  readonly ways: WayOptions;
  readonly roundTripTimes: RoundTripTimes;
} {
  const dns = textOf(invocation, "dns");
  const conntrackMax = textOf(invocation, "conntrack-max");
  const bandwidths = textsOf(invocation, "link-bandwidth");
  const trips = textsOf(invocation, "round-trip").map(roundTrip);
  const drawn = trips.flatMap(({ distance, spec }) => (spec ? [[distance, spec] as const] : []));
  return {
    roundTripTimes: {
      ...DEFAULT_ROUND_TRIP_TIMES,
      ...Object.fromEntries(trips.map(({ distance, meanNs }) => [distance, meanNs])),
    },
    ways: {
      ...(dns === undefined ? {} : { dns: dnsOf(dns) }),
      ...(conntrackMax === undefined
        ? {}
        : { conntrackMax: wholeNumber("conntrack-max", conntrackMax, 1) }),
      ...(bandwidths.length === 0 ? {} : { linkBandwidths: linkBandwidths(bandwidths) }),
      ...(drawn.length === 0 ? {} : { roundTripDistributions: Object.fromEntries(drawn) }),
      ...(invocation.flags.has("probes-under-load") ? { probesUnderLoad: true } : {}),
    },
  };
}

const LIBRARIES = ["glibc", "musl", "go"] as const;
const SPELLINGS = ["shortest", "namespaced", "service", "full", "absolute"] as const;

type DnsKey = (value: string) => DnsOptions;

const DNS_KEYS: ReadonlyMap<string, DnsKey> = new Map<string, DnsKey>([
  ["replicas", (value) => ({ replicas: wholeNumber("dns replicas", value, 1) })],
  ["processors", (value) => ({ processors: wholeNumber("dns processors", value, 1) })],
  ["ttl", (value) => ({ ttlSeconds: wholeNumber("dns ttl", value, 0) })],
  ["ndots", (value) => ({ ndots: wholeNumber("dns ndots", value, 0) })],
  ["library", (value) => ({ library: oneOf("library", value, LIBRARIES) })],
  ["spelling", (value) => ({ spelling: oneOf("spelling", value, SPELLINGS) })],
  [
    "node-local-cache",
    (value) => ({ nodeLocalCache: oneOf("node-local-cache", value, ["yes", "no"]) === "yes" }),
  ],
]);

function dnsOf(text: string): DnsOptions {
  if (text === "on") return {};
  const options = text.split(",").map((part) => {
    const [key = "", value] = part.split("=", 2);
    const read = DNS_KEYS.get(key.trim());
    if (read === undefined || value === undefined) {
      throw new UsageError(
        "bad-option-value",
        `--dns ${text}: "${part}" says nothing of DNS.`,
        `write on, or KEY=VALUE with one of ${[...DNS_KEYS.keys()].join(", ")}.`,
      );
    }
    return read(value.trim());
  });
  return Object.assign({}, ...options) as DnsOptions;
}

function oneOf<const T extends string>(key: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw new UsageError(
    "bad-option-value",
    `--dns ${key}=${value}: there is no such ${key}.`,
    `use one of ${known.join(", ")}.`,
  );
}

/** `10Gbit`, `zone-a->zone-b=1Gbit`, `node=25Gbit`. */
function linkBandwidths(texts: readonly string[]): NonNullable<WayOptions["linkBandwidths"]> {
  const pairs: Record<string, string> = Object.create(null);
  let links: NonNullable<WayOptions["linkBandwidths"]> = {};
  for (const text of texts) {
    const at = text.lastIndexOf("=");
    const where = text.slice(0, Math.max(0, at)).trim();
    const bandwidth = text.slice(at + 1).trim();
    bytesPerSecondOf(bandwidth);
    if (where === "") links = { ...links, betweenZones: bandwidth };
    else if (where === "node") links = { ...links, nodes: bandwidth };
    else pairs[where] = bandwidth;
  }
  return Object.keys(pairs).length === 0 ? links : { ...links, pairs };
}

interface GivenRoundTrip {
  readonly distance: Distance;
  readonly meanNs: number;
  readonly spec: DistributionSpec | undefined;
}

function roundTrip(text: string): GivenRoundTrip {
  const [name = "", time = ""] = text.split("=", 2);
  const distance = DISTANCES.find((one) => one === name.trim());
  if (distance === undefined) {
    throw new UsageError(
      "bad-option-value",
      `--round-trip ${text}: "${name}" is no distance.`,
      `write DISTANCE=TIME with one of ${DISTANCES.join(", ")}.`,
    );
  }
  const [mean = "", deviation] = time.split(/±|\+-/, 2);
  const meanNs = positiveTimeSpan("round-trip", mean.trim());
  if (deviation === undefined) return { distance, meanNs, spec: undefined };
  const standardDeviationNs = positiveTimeSpan("round-trip", deviation.trim());
  return { distance, meanNs, spec: { distribution: "logNormal", meanNs, standardDeviationNs } };
}
