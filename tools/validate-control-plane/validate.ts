import { type JudgedPhase, judgePhase } from "./judge.ts";
import { classOf, type MeasuredRun, readRuns } from "./measured-run.ts";
import { MEASURED_LOOPBACK_4CORE } from "./parameters.ts";
import { replays } from "./replay.ts";
import { BRIEF_HEADING, briefRows, runTable } from "./table.ts";

const SEEDS = 20;
/** What a client's limit decides hardly depends on the seed. */
const SEEDS_OF_LIMIT = 5;

export interface Verdicts {
  readonly inside: number;
  readonly outside: number;
}

/** Replays every run, prints it beside what was measured, and ends with the verdict. */
export function validate(
  paths: readonly string[],
  out: (text: string) => void,
  { brief = false } = {},
): Verdicts {
  const runs = readRuns(paths);
  out(`Parameters: ${MEASURED_LOOPBACK_4CORE.name}\n\n`);
  if (brief) out(BRIEF_HEADING);
  const judged = runs.flatMap((run) => validateRun(run, runs, out, brief ? briefRows : runTable));
  if (brief) out("\n");
  const inside = judged.filter((phase) => phase.inside).length;
  const outside = judged.length - inside;
  out(`${inside} phases inside, ${outside} outside\n`);
  return { inside, outside };
}

function validateRun(
  run: MeasuredRun,
  runs: readonly MeasuredRun[],
  out: (text: string) => void,
  show: typeof runTable,
): readonly JudgedPhase[] {
  const runClass = classOf(run.label);
  const seeds = runClass === "limit" ? SEEDS_OF_LIMIT : SEEDS;
  const replayed = replays(run, MEASURED_LOOPBACK_4CORE, seeds);
  const partner = runs.find(({ label }) => isPartner(label, run.label));
  const judged = run.phases.map((phase, index) =>
    judgePhase(
      runClass,
      phase,
      partner?.phases.find((other) => other.phase === phase.phase),
      replayed.map((one) => one[index] as (typeof one)[number]),
      run,
    ),
  );
  out(show(run, runClass, judged, replayed));
  return judged;
}

const isPartner = (label: string, other: string): boolean =>
  label === `${other}-rep2` || other === `${label}-rep2`;

export const HELP = `npm run validate:control-plane [-- [--brief] DIR|FILE…]

Replays runs of a real control plane (etcd, kube-apiserver, kube-controller-manager) through the
simulator: each run's own pod events and parameters drive the model's EndpointSlice and Endpoints
controllers on the model's store. Prints, phase by phase, measured beside simulated. Without
arguments: ../shared/conformance/kubernetes/measured beside the project. --brief: one table in all.

Parameters: one set for all runs, ${MEASURED_LOOPBACK_4CORE.name}; not the defaults of the simulator.

Class of a run by the words of its name, the first that matches: fan… machine, batch… batch,
qps20 limit, any other machine. Judged are events and bytes (protobuf, JSON) of slices and Endpoints:
  limit, batch  the middle of the seeds (${SEEDS_OF_LIMIT} for limit, ${SEEDS} for batch) is within 10 % or
                three events (their bytes)
  machine       ${SEEDS} seeds: measured between min / 1.5 and max × 1.5, and max at most 4 times
                min; with a partner named -rep2 both measured values
  flap, delete1, deleteService
                the numbers of events are equal under every seed; bytes are those of objects of the
                sizes that were seen
Syncs, slice sizes at the end and propagation are printed, not judged.

Last line: N phases inside, N outside. Exit code: 0 when none is outside, 1 otherwise, 2 when there is
nothing to judge.
`;
