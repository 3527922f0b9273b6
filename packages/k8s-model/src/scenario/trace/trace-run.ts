import { invariant } from "@k8s-netsim/sim-core";
import { type Flow, labCapture } from "../../data-plane/index.ts";
import type { TrafficSpec } from "../../traffic/index.ts";
import { type FailureTrace, failureInWords } from "../world/failure-trace.ts";
import type { WatchedWorld } from "../world/live-run.ts";
import { chosenPod } from "./answerer.ts";
import { RunClients, type Tried } from "./run-clients.ts";
import type {
  TracedConnection,
  TraceOptions,
  TraceOutcome,
  TraceTally,
  TrafficTrace,
} from "./trace-options.ts";
import { beyondLimit, connectionOf } from "./trace-traffic.ts";
import type { TracedCluster } from "./traced-cluster.ts";
import type { Wanted } from "./wanted.ts";

/** Captured of each kind of traffic. */
const KEPT: Readonly<Record<TraceOutcome, number>> = {
  answered: 2,
  refused: 4,
  reset: 4,
  "timed-out": 4,
  unreachable: 4,
};

/**
 * The traffic of a run with faults and changes as packets: while control plane, proxies and requests go
 * their way, clients in a packet lab open connections of each kind of traffic, one after another, and one
 * that stays open. Each meets the rules that its node has in force just then. Those that fail are
 * captured, up to four of each kind and outcome, and told why; of those that are answered, two.
 *
 * @throws {InvalidTrace} where no connection can be made
 */
export function traceRun(
  traffic: TrafficSpec,
  options: TraceOptions,
  run: (watch: (world: WatchedWorld) => void) => void,
): TrafficTrace {
  let clients: RunClients | undefined;
  let originNs = 0;
  run((world) => {
    originNs = world.originNs;
    clients = new RunClients(world, traffic, options);
  });
  invariant(clients !== undefined, "A run that is traced lets others look on.");
  return traceOf(clients, originNs);
}

/** The first of each kind and outcome, with their causes, as a capture. */
function traceOf({ traced, tracer, tried, leftOut }: RunClients, originNs: number): TrafficTrace {
  const causes = new Causes(traced, tracer.end(), originNs);
  const { lab } = traced;
  const flows = new Set<Flow>();
  const connections = chosen(tried).map((one): TracedConnection => {
    const { flow } = one.result;
    const cause = causes.of(one);
    if (flow !== undefined) flows.add(flow);
    if (flow !== undefined && cause !== undefined) {
      // Said at the last frame at each interface, wherever somebody captures.
      const last = new Map(flow.sightings.map((sighting) => [sighting.interface, sighting]));
      for (const sighting of last.values()) lab.comment(sighting, cause);
    }
    return {
      ...connectionOf(traced, one.wanted, one.atNs, one.result, originNs),
      keptOpen: one.keptOpen,
      ...(cause === undefined ? {} : { cause }),
    };
  });
  const capture = labCapture(lab, {
    originNs,
    keeps: (sighting) => {
      const flow = lab.flows?.flowOf(sighting);
      return flow !== undefined && flows.has(flow);
    },
  });
  const notes = [...leftOut, ...beyondLimit(traced)];
  return { capture, connections, tallies: talliesOf(tried), leftOut: notes };
}

/** The first of each kind and outcome, in order of time. */
function chosen(tried: readonly Tried[]): readonly Tried[] {
  const counts = new Map<string, number>();
  const found = tried.filter(({ wanted, keptOpen, result: { kind } }) => {
    const key = `${keyOf(wanted)} ${keptOpen} ${kind}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count < (keptOpen ? 1 : KEPT[kind]);
  });
  return found.sort((a, b) => a.atNs - b.atNs);
}

/** What made connections fail, by what those that failed alike have in common. */
class Causes {
  readonly #traced: TracedCluster;
  readonly #originNs: number;
  readonly #traces: ReadonlyMap<string, FailureTrace>;

  constructor(traced: TracedCluster, traces: readonly FailureTrace[], originNs: number) {
    this.#traced = traced;
    this.#originNs = originNs;
    this.#traces = new Map(
      traces.map((trace) => {
        const { service, failure, node, endpoint, establishedNs } = trace;
        const stood = establishedNs !== undefined;
        return [traceKey({ service, failure, node, pod: endpoint?.pod, stood }), trace] as const;
      }),
    );
  }

  /** The trace of the first attempt that failed alike, told of this one. */
  of({ wanted, node, result, atNs, endedNs }: Tried): string | undefined {
    const { establishedNs } = result;
    const { pods, nodes } = this.#traced.cluster;
    const key = traceKey({
      service: `${wanted.to.service}:${wanted.to.port}`,
      failure: result.kind,
      node: nodes.at(node)?.name,
      pod: pods.at(chosenPod(this.#traced, result.flow))?.key,
      stood: establishedNs !== undefined,
    });
    const trace = this.#traces.get(key);
    if (trace === undefined) return undefined;
    const from = this.#originNs;
    // What was believed counts when the endpoint was chosen.
    if (establishedNs === undefined) return failureInWords({ ...trace, atNs: atNs - from });
    const since = { establishedNs: establishedNs - from, atNs: endedNs - from };
    return failureInWords({ ...trace, ...since });
  }
}

function talliesOf(all: readonly Tried[]): readonly TraceTally[] {
  const tallies = new Map<string, TraceTally & { counts: Partial<Record<TraceOutcome, number>> }>();
  for (const { wanted, keptOpen, result } of all) {
    const { to, protocol, workload = "outside" } = wanted;
    const key = `${keyOf(wanted)} ${keptOpen}`;
    const tally = tallies.get(key) ?? {
      from: workload,
      to: `${to.service}:${to.port}`,
      protocol,
      keptOpen,
      counts: {},
    };
    tally.counts[result.kind] = (tally.counts[result.kind] ?? 0) + 1;
    tallies.set(key, tally);
  }
  return [...tallies.values()];
}

function keyOf({ workload, zone, to }: Wanted): string {
  return `${workload} ${zone} ${to.service}:${to.port}`;
}

/** What attempts have in common that one trace stands for. */
function traceKey(of: {
  readonly service: string;
  readonly failure: string;
  readonly node: string | undefined;
  readonly pod: string | undefined;
  readonly stood: boolean;
}): string {
  return `${of.service} ${of.failure} ${of.node} ${of.pod} ${of.stood}`;
}
