import { eventsIn, type JudgedPhase, type Measure, median } from "./judge.ts";
import type { MeasuredPhase, MeasuredRun, RunClass } from "./measured-run.ts";
import type { SimulatedPhase } from "./replay.ts";

const NS_PER_MS = 1_000_000;
const TYPES = ["ADDED", "MODIFIED", "DELETED"] as const;

/** A run and its replays as Markdown: a table with a row for each phase, then what lies outside. */
export function runTable(
  run: MeasuredRun,
  runClass: RunClass,
  judged: readonly JudgedPhase[],
  replays: readonly (readonly SimulatedPhase[])[],
): string {
  const lines = [
    `## ${run.label} (${runClass}, ${replays.length} seeds)`,
    "",
    "Measured / simulated: the middle of the seeds, and their range.",
    "",
    `| ${COLUMNS.join(" | ")} |`,
    `|${COLUMNS.map(() => "---").join("|")}|`,
  ];
  for (const [index, phase] of run.phases.entries()) {
    const ours = replays.map((one) => one[index] as SimulatedPhase);
    lines.push(`| ${row(phase, judged[index] as JudgedPhase, ours).join(" | ")} |`);
  }
  const outside = judged.flatMap(({ phase, measures }) =>
    measures.filter(({ inside }) => !inside).map((measure) => outsideLine(phase, measure)),
  );
  const create = run.phases.findIndex(({ phase }) => phase === "create");
  const spread = create < 0 ? [] : [propagationLine(run.phases[create], replays, create)];
  return `${[...lines, "", ...spread, ...outside, ""].join("\n")}\n`;
}

/** One row for each phase of each run, without a heading: the short form for a page. */
export function briefRows(
  run: MeasuredRun,
  runClass: RunClass,
  judged: readonly JudgedPhase[],
  replays: readonly (readonly SimulatedPhase[])[],
): string {
  const rows = run.phases.map((phase, index) => {
    const ours = replays.map((one) => one[index] as SimulatedPhase);
    const cells = row(phase, judged[index] as JudgedPhase, ours);
    const kept = BRIEF.map((column) => cells[COLUMNS.indexOf(column)]);
    return `| ${[run.label, runClass, ...kept].join(" | ")} |\n`;
  });
  return rows.join("");
}

const BRIEF = [
  "phase",
  "slice events",
  "slice kB protobuf",
  "Endpoints events",
  "Endpoints kB protobuf",
  "verdict",
];

export const BRIEF_HEADING: string = [
  `| ${["run", "class", ...BRIEF].join(" | ")} |`,
  `|${["", "", ...BRIEF].map(() => "---|").join("")}\n`,
].join("\n");

const COLUMNS = [
  "phase",
  "slice events",
  "added, modified, deleted",
  "slice kB protobuf",
  "slice kB JSON",
  "Endpoints events",
  "Endpoints kB protobuf",
  "Endpoints kB JSON",
  "syncs ok",
  "syncs stale",
  "slices after",
  "verdict",
];

function row(real: MeasuredPhase, judged: JudgedPhase, ours: readonly SimulatedPhase[]): string[] {
  const metrics = real.kcmMetricsDelta;
  const syncs = (result: string): number =>
    metrics[`endpoint_slice_controller_syncs{result="${result}"}`] ?? 0;
  return [
    real.phase,
    beside(
      eventsIn(real.endpointslices_protobuf),
      ours.map(({ slices }) => slices.events.length),
    ),
    `${types(real)} / ${typesOf(ours)}`,
    besideKb(
      real.endpointslices_protobuf.frameBytes,
      ours.map(({ slices }) => slices.protobufBytes),
    ),
    besideKb(
      real.endpointslices_json.frameBytes,
      ours.map(({ slices }) => slices.jsonBytes),
    ),
    beside(
      eventsIn(real.endpoints_protobuf),
      ours.map(({ endpoints }) => endpoints.events.length),
    ),
    besideKb(
      real.endpoints_protobuf.frameBytes,
      ours.map(({ endpoints }) => endpoints.protobufBytes),
    ),
    besideKb(
      real.endpoints_json.frameBytes,
      ours.map(({ endpoints }) => endpoints.jsonBytes),
    ),
    beside(
      syncs("success"),
      ours.map((one) => one.syncs.success),
    ),
    beside(
      syncs("stale"),
      ours.map((one) => one.syncs.stale),
    ),
    `${sizes(real.sliceSizesAfter ?? [])} / ${sizes(ours[0]?.sliceSizes ?? [])}`,
    judged.inside ? "inside" : "outside",
  ];
}

function beside(real: number, simulated: readonly number[]): string {
  return `${real} / ${range(simulated, String)}`;
}

function besideKb(real: number, simulated: readonly number[]): string {
  return `${kb(real)} / ${range(simulated, kb)}`;
}

const kb = (bytes: number): string =>
  bytes < 100_000 ? (bytes / 1000).toFixed(1) : (bytes / 1000).toFixed(0);

function range(values: readonly number[], show: (value: number) => string): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (low === high) return show(low);
  return `${show(median(values))} (${show(low)}–${show(high)})`;
}

const types = ({ endpointslices_protobuf: { counts } }: MeasuredPhase): string =>
  TYPES.map((type) => counts[type] ?? 0).join(", ");

function typesOf(ours: readonly SimulatedPhase[]): string {
  const counts = TYPES.map((type) =>
    median(ours.map(({ slices }) => slices.events.filter((event) => event.type === type).length)),
  );
  return counts.join(", ");
}

const sizes = (list: readonly number[]): string => (list.length === 0 ? "none" : list.join(" "));

function outsideLine(phase: string, { name, real, simulated }: Measure): string {
  return `- outside: ${phase}, ${name}: measured ${real}, simulated ${range(simulated, String)}`;
}

function propagationLine(
  real: MeasuredPhase | undefined,
  replays: readonly (readonly SimulatedPhase[])[],
  create: number,
): string {
  const quantiles = [0.5, 0.9, 0.99];
  const measured = realPropagationMs(real);
  const texts = quantiles.map((q) => {
    const ours = replays.map((one) => quantile(one[create]?.propagationNs ?? [], q) / NS_PER_MS);
    return `p${100 * q} ${quantile(measured, q).toFixed(0)} / ${range(ours, (ms) => ms.toFixed(0))}`;
  });
  return `Propagation at creation, from Ready to the slices, ms (not judged): ${texts.join(", ")}`;
}

function realPropagationMs(phase: MeasuredPhase | undefined): number[] {
  const readyBySlice = new Map<string, number>();
  const shownMs: number[] = [];
  let total = 0;
  for (const [ms, type, slice, , , ready] of phase?.endpointslices_protobuf.events ?? []) {
    const now = type === "DELETED" ? 0 : ready;
    total += now - (readyBySlice.get(slice) ?? 0);
    readyBySlice.set(slice, now);
    while (shownMs.length < total) shownMs.push(ms);
  }
  const readyMs = (phase?.podEvents ?? []).filter(([, kind]) => kind === "ready").map(([ms]) => ms);
  const delays = readyMs.slice(0, shownMs.length).map((ms, k) => (shownMs[k] ?? ms) - ms);
  return delays.sort((a, b) => a - b);
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
