import type { SimTime } from "@k8s-netsim/sim-core";
import { DISTANCES, type Distance, transferCostUsd } from "../../topology/index.ts";
import {
  callOrder,
  compileTraffic,
  expectedFlows,
  type Flows,
  type Network,
  type TrafficPlan,
  type TrafficSpec,
} from "../../traffic/index.ts";
import { EVERYTHING, type MeasureId, type Observation } from "../measures/measure.ts";
import { observeTraffic } from "../measures/observe-traffic.ts";
import { pairCostUsd, zonePrices } from "../measures/zone-prices.ts";
import type { RunSettings } from "../what-if/settings.ts";
import { steadyRun } from "../what-if/steady-run.ts";
import type { AssumedWorld, Assumption } from "./assumption.ts";

/** What a difference becomes when one assumption is halved, and when it is doubled. */
export interface SensitivityEffect {
  readonly measure: MeasureId;
  readonly halved: number;
  readonly doubled: number;
}

export interface SensitivityRow {
  readonly assumption: Assumption;
  readonly effects: readonly SensitivityEffect[];
}

/** A cluster at rest and the order of its calls. */
export interface VariedCluster {
  readonly workloads: readonly string[];
  readonly networkFor: (plan: TrafficPlan) => Network;
  /** Who calls whom there; what is varied are its defaults. */
  readonly traffic: TrafficSpec;
}

/** Measures that follow from expected flows, without a simulated request. */
const IN_CLOSED_FORM: readonly MeasureId[] = ["crossZoneShare", "costPerMillion", "costPerMonth"];
const BY_REQUESTS: readonly MeasureId[] = ["latencyP50", "latencyP90", "latencyP99"];

/**
 * How far each difference moves when every assumption is halved and doubled, one at a time. Shares
 * and cost come from expected flows; latency from one shorter paired run under common random
 * numbers, against the same shorter run with nothing changed.
 */
export function sensitivity(
  world: AssumedWorld,
  assumptions: readonly Assumption[],
  clusters: { readonly before: VariedCluster; readonly after: VariedCluster },
  onRow: (done: number, total: number) => void = () => {},
): readonly SensitivityRow[] {
  const difference = (varied: AssumedWorld): ReadonlyMap<MeasureId, number> => {
    const before = quickObservation(varied, clusters.before);
    const after = quickObservation(varied, clusters.after);
    return new Map(
      [...IN_CLOSED_FORM, ...BY_REQUESTS].flatMap((measure) => {
        const from = before.get(measure, EVERYTHING);
        const to = after.get(measure, EVERYTHING);
        return from === undefined || to === undefined ? [] : [[measure, to - from] as const];
      }),
    );
  };
  const base = difference(world);
  const varying = assumptions.filter(({ scaled }) => scaled !== undefined);
  return assumptions.map((assumption) => {
    const { scaled } = assumption;
    if (scaled === undefined) return { assumption, effects: [] };
    const halved = difference(scaled(world, 0.5));
    const doubled = difference(scaled(world, 2));
    onRow(varying.indexOf(assumption) + 1, varying.length);
    return { assumption, effects: effectsOf(base, halved, doubled) };
  });
}

/** Effects as changes of the base difference, so that the noise of the short runs cancels. */
function effectsOf(
  base: ReadonlyMap<MeasureId, number>,
  halved: ReadonlyMap<MeasureId, number>,
  doubled: ReadonlyMap<MeasureId, number>,
): readonly SensitivityEffect[] {
  return [...base].map(([measure, from]) => ({
    measure,
    halved: (halved.get(measure) ?? from) - from,
    doubled: (doubled.get(measure) ?? from) - from,
  }));
}

function quickObservation(world: AssumedWorld, cluster: VariedCluster): Observation {
  const spec = { ...cluster.traffic, defaults: world.traffic.defaults };
  const plan = compileTraffic(spec, cluster.workloads);
  const network = cluster.networkFor(plan);
  const flows = expectedFlows(plan, network, flowOrder(plan, network));
  const settings = { ...world.settings, lengthNs: affordableLength(flows, world.settings) };
  const ledger = steadyRun(plan, network, settings, 0);
  const observation = observeTraffic(ledger, {
    plan,
    network,
    prices: settings.prices,
    windowSeconds: settings.lengthNs / 1e9,
  });
  observeFlows(observation, plan, flows, { network, prices: settings.prices });
  return observation;
}

/** Calls that one run of the sensitivity may simulate. */
const MOST_CALLS = 60_000;
const SHORTEST_NS = 1_000_000_000;

/** A call graph whose calls are all doubled may have many times the calls: shorten its run. */
function affordableLength(flows: Flows, { warmUpNs, lengthNs }: RunSettings): SimTime {
  const callsHz = flows.edges.reduce((so, edge) => so + edge.requestsHz, 0);
  const affordableNs = (MOST_CALLS / callsHz) * 1e9 - warmUpNs;
  return Math.ceil(Math.min(lengthNs, Math.max(SHORTEST_NS, affordableNs))) as SimTime;
}

/** Workloads in the order in which flows reach them. */
export function flowOrder(plan: TrafficPlan, network: Network): readonly number[] {
  return callOrder(plan, (servicePort) => [
    ...new Set(network.readyEndpoints(servicePort).map((pod) => network.workloadOf(pod))),
  ]);
}

/** Share and cost in closed form. */
function observeFlows(
  observation: Observation,
  plan: TrafficPlan,
  flows: Flows,
  { network, prices }: Pick<RunSettings, "prices"> & { readonly network: Network },
): void {
  const byPair = zonePrices(prices, network);
  let bytes = 0;
  let crossing = 0;
  let usdPerSecond = 0;
  flows.edges.forEach((flow, index) => {
    const edge = plan.edges[index] as TrafficPlan["edges"][number];
    flow.requestsByDistanceHz.forEach((rateHz, distance) => {
      const bytesPerSecond = rateHz * (edge.requestBytes + edge.responseBytes);
      bytes += bytesPerSecond;
      if (distance >= DISTANCES.indexOf("other-zone")) crossing += bytesPerSecond;
      if (byPair !== undefined) return;
      usdPerSecond += transferCostUsd(prices, DISTANCES[distance] as Distance, bytesPerSecond) ?? 0;
    });
    if (byPair === undefined) return;
    usdPerSecond += pairCostUsd(
      flowBytes(flow.requestsByZonePairHz, edge, network.zones.length),
      byPair,
      prices.unitBytes,
    );
  });
  observation.set("crossZoneShare", EVERYTHING, crossing / bytes);
  observation.set("costPerMillion", EVERYTHING, (usdPerSecond * 1e6) / flows.sourceHz);
  observation.set("costPerMonth", EVERYTHING, usdPerSecond * 730 * 3600);
}

/** Bytes per second by pair of zones: requests one way, answers the other. */
function flowBytes(
  requestsByZonePairHz: Float64Array,
  { requestBytes, responseBytes }: TrafficPlan["edges"][number],
  zones: number,
): Float64Array {
  return requestsByZonePairHz.map((rateHz, pair) => {
    const back = (pair % zones) * zones + Math.floor(pair / zones);
    return rateHz * requestBytes + (requestsByZonePairHz[back] as number) * responseBytes;
  });
}
