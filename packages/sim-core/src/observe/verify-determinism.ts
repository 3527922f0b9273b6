import { Simulation, type SimulationOptions } from "../kernel/index.ts";
import { formatDuration } from "../time/index.ts";
import { Fingerprint } from "./fingerprint.ts";
import { type Step, StepLog } from "./step-log.ts";

/** Where two runs of the same program under the same seed first did different things. */
export interface Difference {
  /** Number of the step, events and draws counted together from 0. */
  readonly index: number;
  /** What each run did there; undefined when it had ended. */
  readonly first: Step | undefined;
  readonly second: Step | undefined;
  /** Time, component and stream in a sentence. */
  readonly sentence: string;
}

export type DeterminismReport =
  | { readonly deterministic: true; readonly steps: number; readonly fingerprint: string }
  | {
      readonly deterministic: false;
      /** Undefined when the runs differ beyond the steps that were kept. */
      readonly difference: Difference | undefined;
    };

/**
 * Runs a program twice under one seed and compares every event and every draw.
 *
 * `program` gets a new simulation each time, builds on it and runs it. Up to `keepSteps` steps are kept
 * (28 bytes each, twice), so that the first difference can be named; beyond them only the fingerprints are compared.
 */
export function verifyDeterminism(
  program: (simulation: Simulation) => void,
  options: SimulationOptions & { readonly keepSteps?: number },
): DeterminismReport {
  const { keepSteps = 4_000_000, ...simulationOptions } = options;
  const [first, second] = [1, 2].map(() => {
    const simulation = new Simulation(simulationOptions);
    const log = new StepLog(keepSteps);
    const fingerprint = new Fingerprint();
    simulation.observe(log);
    simulation.observe(fingerprint);
    program(simulation);
    return { log, fingerprint };
  }) as [Run, Run];
  if (first.fingerprint.value === second.fingerprint.value) {
    const { steps, value } = first.fingerprint;
    return { deterministic: true, steps, fingerprint: value };
  }
  return { deterministic: false, difference: firstDifference(first.log, second.log) };
}

interface Run {
  readonly log: StepLog;
  readonly fingerprint: Fingerprint;
}

function firstDifference(first: StepLog, second: StepLog): Difference | undefined {
  const length = Math.max(first.length, second.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [first.step(index), second.step(index)];
    if (!isEqual(one, other)) {
      const sentence = `Step ${index} differs: first ${describe(one)}, then ${describe(other)}.`;
      return { index, first: one, second: other, sentence };
    }
  }
  return undefined;
}

function isEqual(one: Step | undefined, other: Step | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.time !== other.time || one.component !== other.component) return false;
  if (one.kind === "event") {
    return (
      other.kind === "event" &&
      one.payload[0] === other.payload[0] &&
      one.payload[1] === other.payload[1]
    );
  }
  return other.kind === "draw" && one.stream === other.stream && one.value === other.value;
}

function describe(step: Step | undefined): string {
  if (step === undefined) return "the run had ended";
  const where = `"${step.component}" at ${formatDuration(step.time)}`;
  return step.kind === "draw"
    ? `${where} drew ${step.value} from stream "${step.stream}"`
    : `${where} ran with payload (${step.payload.join(", ")})`;
}
