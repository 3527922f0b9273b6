import { runStartsNs } from "@k8s-netsim/k8s-model/data-plane";
import { judge, type Suite } from "../suite.ts";

interface Input {
  readonly minIntervalMs: number;
  readonly retryIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly runCallsMs: readonly number[];
  readonly workMs: number;
  /** Numbers of the runs that return an error. */
  readonly failingExecutions: readonly number[];
  readonly untilMs: number;
}

interface Output {
  /** Every list of starts that the real runner was seen to make. */
  readonly executionsMs: readonly (readonly number[])[];
}

const NS_PER_MS = 1_000_000;

export const boundedFrequency: Suite<Input, Output> = {
  name: "bounded_frequency",
  about:
    "kube-proxy's runner: when its runs start, given calls, work and failures; ours is one of the lists seen",
  fields: ["input.maxIntervalMs", "output.executionsMs"],
  run: (input, { executionsMs }) => {
    const starts = startsMs(input).join(" ");
    if (executionsMs.some((seen) => seen.join(" ") === starts)) return judge([]);
    const seen = executionsMs.map((one) => `[${one.join(" ")}]`).join(" or ");
    return judge([`executionsMs: expected ${seen}, got [${starts}]`]);
  },
};

function startsMs(input: Input): readonly number[] {
  const failing = new Set(input.failingExecutions ?? []);
  const starts = runStartsNs({
    periods: {
      minIntervalNs: input.minIntervalMs * NS_PER_MS,
      retryIntervalNs: input.retryIntervalMs * NS_PER_MS,
      maxIntervalNs: input.maxIntervalMs * NS_PER_MS,
    },
    callsNs: (input.runCallsMs ?? []).map((callMs) => callMs * NS_PER_MS),
    workNs: input.workMs * NS_PER_MS,
    fails: (run) => failing.has(run),
    untilNs: input.untilMs * NS_PER_MS,
  });
  return starts.map((startNs) => startNs / NS_PER_MS);
}
