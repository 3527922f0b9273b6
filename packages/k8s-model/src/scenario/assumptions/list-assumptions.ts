import { formatDuration, type SimTime } from "@k8s-netsim/sim-core";
import { dnsDefaults } from "../../data-plane/index.ts";
import {
  DEFAULT_ROUND_TRIP_TIMES,
  type Distance,
  type RoundTripTimes,
  scaledPrices,
} from "../../topology/index.ts";
import {
  type DistributionSpec,
  OUTSIDE_CONNECTIONS,
  type RequestSpec,
  type TrafficDefaults,
  type TrafficSpec,
  trafficDefaults,
} from "../../traffic/index.ts";
import type { WayOptions } from "../world/way-options.ts";
import type { AssumedWorld, Assumption } from "./assumption.ts";

const OURS = "assumed; give a traffic file (--traffic) to replace it";
const INFERRED = "assumed for each call found in the manifests; give --traffic to replace it";

/** Everything that was assumed because neither the input nor a flag gave it, in a fixed order. */
export function listAssumptions(world: AssumedWorld): readonly Assumption[] {
  return [
    ...trafficAssumptions(world.traffic),
    ...distanceAssumptions(world.settings.roundTripTimes),
    ...wayAssumptions(world.settings.ways),
    ...priceAssumptions(world),
  ];
}

function trafficAssumptions(spec: TrafficSpec): readonly Assumption[] {
  const d: TrafficDefaults = { ...trafficDefaults, ...spec.defaults };
  const requests: readonly RequestSpec[] = [...spec.clients, ...spec.calls];
  const some = (holds: (request: RequestSpec) => boolean): boolean => requests.some(holds);
  const openClients = spec.clients.filter(({ load }) => load.mode === "open");
  const closedClients = spec.clients.filter(({ load }) => load.mode === "closed");
  const keepAlive = (request: RequestSpec): boolean =>
    (request.connection?.kind ?? "keep-alive") === "keep-alive" &&
    request.connection?.requestsPerConnection === undefined;
  const found: (Assumption | false)[] = [
    openClients.some(({ load }) => load.mode === "open" && load.rateHz === undefined) &&
      scalar("request rate of each client", `${d.rateHz}/s`, OURS, "rateHz"),
    closedClients.some(({ load }) => load.mode === "closed" && load.thinkTime === undefined) &&
      distribution("think time of a user", d.thinkTime, OURS, "thinkTime"),
    spec.calls.some((call) => call.callsPerRequest === undefined) &&
      scalar("calls per request served", `${d.callsPerRequest}`, INFERRED, "callsPerRequest"),
    some((request) => request.requestBytes === undefined) &&
      scalar("request size", `${d.requestBytes} B`, OURS, "requestBytes"),
    some((request) => request.responseBytes === undefined) &&
      scalar("response size", `${d.responseBytes} B`, OURS, "responseBytes"),
    spec.clients.some(
      ({ workload, connection }) => workload === undefined && connection?.kind === "long-lived",
    ) && {
      name: "long-lived connections of all users outside",
      value: `${OUTSIDE_CONNECTIONS}`,
      source: "assumed: each is given its endpoint once",
    },
    some(keepAlive) &&
      whole(
        "requests per keep-alive connection",
        `${d.requestsPerConnection}`,
        "requestsPerConnection",
      ),
    spec.servers.length === 0 || spec.servers.some((server) => server.serviceTime === undefined)
      ? distribution("service time of a request", d.serviceTime, OURS, "serviceTime")
      : false,
    spec.servers.length === 0 || spec.servers.some((server) => server.workers === undefined)
      ? whole("requests a pod works on at once", `${d.workers}`, "workers")
      : false,
    some((request) => request.timeoutNs === undefined) &&
      scalar("time-out of a call", formatDuration(d.timeoutNs as SimTime), OURS, "timeoutNs"),
    some((request) => request.retries === undefined) && {
      name: "retries",
      value: `${d.retries}`,
      source: OURS,
    },
  ];
  return found.filter((assumption) => assumption !== false);
}

type NumberDefault = {
  [K in keyof TrafficDefaults]: TrafficDefaults[K] extends number ? K : never;
}[keyof TrafficDefaults];

function scalar(name: string, value: string, source: string, key: NumberDefault): Assumption {
  const scaled: Assumption["scaled"] = (world, factor) =>
    withDefault(world, key, (world.traffic.defaults[key] ?? trafficDefaults[key]) * factor);
  return { name, value, source, scaled };
}

/** A count: halved to at least one. */
function whole(name: string, value: string, key: NumberDefault): Assumption {
  const scaled: Assumption["scaled"] = (world, factor) => {
    const count = (world.traffic.defaults[key] ?? trafficDefaults[key]) * factor;
    return withDefault(world, key, Math.max(1, Math.round(count)));
  };
  return { name, value, source: OURS, scaled };
}

function distribution(
  name: string,
  spec: DistributionSpec,
  source: string,
  key: "thinkTime" | "serviceTime",
): Assumption {
  const scaled: Assumption["scaled"] = (world, factor) =>
    withDefault(
      world,
      key,
      scaledDistribution(world.traffic.defaults[key] ?? trafficDefaults[key], factor),
    );
  return { name, value: describeDistribution(spec), source, scaled };
}

function withDefault<K extends keyof TrafficDefaults>(
  world: AssumedWorld,
  key: K,
  value: TrafficDefaults[K],
): AssumedWorld {
  const defaults = { ...world.traffic.defaults, [key]: value };
  return { ...world, traffic: { ...world.traffic, defaults } };
}

/** The same shape with every time multiplied. */
function scaledDistribution(spec: DistributionSpec, factor: number): DistributionSpec {
  const scaled: Record<string, unknown> = { ...spec };
  for (const [key, value] of Object.entries(spec)) {
    if (key.endsWith("Ns")) scaled[key] = (value as number) * factor;
  }
  return scaled as unknown as DistributionSpec;
}

/** `exponential, mean 5ms`. */
function describeDistribution(spec: DistributionSpec): string {
  const parameters = Object.entries(spec).flatMap(([key, value]) => {
    if (key === "distribution") return [];
    const name = key.replace(/Ns$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const shown = key.endsWith("Ns")
      ? formatDuration(Math.round(value as number) as SimTime)
      : `${value}`;
    return [`${name} ${shown}`];
  });
  return `${spec.distribution}, ${parameters.join(", ")}`;
}

function distanceAssumptions(rtt: RoundTripTimes): readonly Assumption[] {
  const sources: Readonly<Record<Distance, string>> = {
    "same-node": "judgement: loopback and veth, tens of microseconds",
    "same-zone": "etcd.io performance page: up to several hundred microseconds in a data centre",
    "other-zone": "xkyle.com, AWS zone pairs 0.25 to 3.4 ms; the value inside is our choice",
    "other-region": "etcd.io performance page: about 50 ms within the United States",
  };
  return (Object.keys(sources) as Distance[]).map((distance) => ({
    name: `round trip, ${distance.replace("-", " ")}`,
    value: formatDuration(rtt[distance]),
    source: rtt[distance] === DEFAULT_ROUND_TRIP_TIMES[distance] ? sources[distance] : "flag",
    scaled: (world, factor) => {
      const scaledNs = Math.round(world.settings.roundTripTimes[distance] * factor) as SimTime;
      const roundTripTimes = { ...world.settings.roundTripTimes, [distance]: scaledNs };
      return { ...world, settings: { ...world.settings, roundTripTimes } };
    },
  }));
}

function wayAssumptions({
  dns,
  conntrackMax,
  probesUnderLoad,
}: WayOptions = {}): readonly Assumption[] {
  const found: (Assumption | false)[] = [
    dns !== undefined && {
      name: "DNS",
      value: Object.entries({ ...dnsDefaults, ...dns })
        .filter(([, value]) => typeof value !== "object")
        .map(([key, value]) => `${key} ${value}`)
        .join(", "),
      source:
        "kubeadm's and ClusterFirst's settings where not given; what servers cost: docs/model/dns.md",
    },
    conntrackMax !== undefined && {
      name: "time-wait of closed connections in tracking tables",
      value: "120 s",
      source: "kernel 6.18 with kube-proxy's settings",
    },
    probesUnderLoad !== undefined &&
      probesUnderLoad !== false && {
        name: "time of a worker that answering a probe takes",
        value: "1 ms, unless given",
        source: "assumed",
      },
  ];
  return found.filter((assumption) => assumption !== false);
}

function priceAssumptions({ settings }: AssumedWorld): readonly Assumption[] {
  const { prices } = settings;
  const zone = prices.byDistance["other-zone"];
  const pairs = prices.zonePairs?.size ?? 0;
  const value =
    zone === undefined
      ? pairs > 0
        ? `${pairs} pairs of zones have one each`
        : "no price"
      : `${zone.senderUsd} USD to the sender, ${zone.receiverUsd} USD to the receiver per ${prices.unitName}`;
  return [
    {
      name: `price between zones, ${prices.label}`,
      value,
      source: `${prices.source} (${prices.date})`,
      scaled: (world, factor) => ({
        ...world,
        settings: { ...world.settings, prices: scaledPrices(world.settings.prices, factor) },
      }),
    },
  ];
}
