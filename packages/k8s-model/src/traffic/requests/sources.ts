import {
  exponential,
  type RandomStream,
  type SimTime,
  type Simulation,
} from "@k8s-netsim/sim-core";
import type { Network } from "../network.ts";
import type { ClosedLoopSource, OpenLoopSource, SourcePlan } from "../plan.ts";

/** Begins a request of source `source` at pod `pod` (-1: outside the cluster). */
export type BeginRequest = (source: number, pod: number) => void;

/** What a running source offers: closed loops must learn when an answer has come. */
export interface RunningSource {
  answered(): void;
}

interface SourceContext {
  readonly sim: Simulation;
  readonly network: Network;
  readonly begin: BeginRequest;
  readonly endNs: SimTime;
  /** Workload whose pods send; -1: outside. */
  readonly workload: number;
}

/** Starts a source at the present instant; arrivals stop at `endNs`. */
export function startSource(
  plan: SourcePlan,
  index: number,
  context: SourceContext,
): RunningSource {
  return plan.kind === "open"
    ? startOpenLoop(plan, index, context)
    : startClosedLoop(plan, index, context);
}

function startOpenLoop(
  plan: OpenLoopSource,
  index: number,
  { sim, network, begin, endNs, workload }: SourceContext,
): RunningSource {
  const gaps = sim.random(`traffic/arrivals/${plan.name}`);
  const picks = sim.random(`traffic/sender/${plan.name}`);
  const gapNs = plan.rateHz > 0 ? exponential({ mean: 1e9 / plan.rateHz }) : undefined;
  const arrive = sim.handler(`source ${plan.name}`, () => {
    const pod = pickSender(network, workload, picks);
    if (pod !== undefined) begin(index, pod);
    scheduleNext();
  });
  const scheduleNext = (): void => {
    if (gapNs === undefined) return;
    const waitNs = Math.round(gapNs.sample(gaps));
    if (sim.now + waitNs < endNs) sim.schedule(waitNs as SimTime, arrive);
  };
  scheduleNext();
  return { answered: () => {} };
}

function startClosedLoop(
  plan: ClosedLoopSource,
  index: number,
  { sim, network, begin, endNs, workload }: SourceContext,
): RunningSource {
  const thoughts = sim.random(`traffic/arrivals/${plan.name}`);
  const picks = sim.random(`traffic/sender/${plan.name}`);
  const ask = sim.handler(`source ${plan.name}`, () => {
    if (sim.now >= endNs) return;
    const pod = pickSender(network, workload, picks);
    if (pod === undefined) think();
    else begin(index, pod);
  });
  const think = (): void => {
    const pauseNs = Math.max(1, Math.round(plan.thinkTimeNs.sample(thoughts)));
    if (sim.now + pauseNs < endNs) sim.schedule(pauseNs as SimTime, ask);
  };
  for (let user = 0; user < plan.users; user++) think();
  return { answered: think };
}

/** The pod that sends: any running one of the workload with equal chance; -1 from outside. */
function pickSender(network: Network, workload: number, picks: RandomStream): number | undefined {
  const draw = picks.double();
  if (workload < 0) return -1;
  const pods = network.clientPods(workload);
  return pods[Math.floor(draw * pods.length)];
}
