import { type ByteRange, endpointsFrame, sliceFrame } from "./frame-sizes.ts";
import type { MeasuredPhase, MeasuredRun, RunClass, Watched } from "./measured-run.ts";
import type { SimulatedPhase } from "./replay.ts";

/** One number of a phase, measured and simulated. */
export interface Measure {
  readonly name: string;
  readonly real: number;
  /** One value for each seed, in the order of the seeds. */
  readonly simulated: readonly number[];
  readonly inside: boolean;
}

export interface JudgedPhase {
  readonly phase: string;
  readonly measures: readonly Measure[];
  readonly inside: boolean;
}

/** What a rule needs to know of the number that it judges. */
interface Judged {
  readonly real: number;
  /** The same number of the run's `-rep2` partner, where there is one. */
  readonly partner: number | undefined;
  readonly simulated: readonly number[];
  /** What three events are in this number: 3, or the bytes of three. */
  readonly threeEvents: number;
}

const LIMIT_SHARE = 0.1;
const RANGE_MARGIN = 1.5;
const RANGE_SPAN = 4;

/** Phases of so few events that their number must be equal. */
const COUNTED: ReadonlySet<string> = new Set(["flap", "delete1", "deleteService"]);

/** Compares one phase of a run with its replays, by the rule of the run's class. */
export function judgePhase(
  runClass: RunClass,
  real: MeasuredPhase,
  partner: MeasuredPhase | undefined,
  replays: readonly SimulatedPhase[],
  run: MeasuredRun,
): JudgedPhase {
  const measures = COUNTED.has(real.phase)
    ? countedMeasures(real, replays, run)
    : [
        ...watched("slice", real, partner, replays, runClass),
        ...watched("Endpoints", real, partner, replays, runClass),
      ];
  return { phase: real.phase, measures, inside: measures.every(({ inside }) => inside) };
}

const KINDS = {
  slice: ["endpointslices_protobuf", "endpointslices_json", "slices"],
  Endpoints: ["endpoints_protobuf", "endpoints_json", "endpoints"],
} as const;

function watched(
  kind: "slice" | "Endpoints",
  real: MeasuredPhase,
  partner: MeasuredPhase | undefined,
  replays: readonly SimulatedPhase[],
  runClass: RunClass,
): Measure[] {
  const [protobuf, json, ours] = KINDS[kind];
  const events = eventsIn(real[protobuf]);
  const rule = runClass === "machine" ? insideRange : insideLimit;
  const measure = (
    name: string,
    pick: (phase: MeasuredPhase) => number,
    simulate: (phase: SimulatedPhase) => number,
  ): Measure => {
    const judged = {
      real: pick(real),
      partner: partner === undefined ? undefined : pick(partner),
      simulated: replays.map(simulate),
      threeEvents: events === 0 ? 3 : (3 * pick(real)) / events,
    };
    return { name, real: judged.real, simulated: judged.simulated, inside: rule(judged) };
  };
  return [
    measure(
      `${kind} events`,
      (phase) => eventsIn(phase[protobuf]),
      (phase) => phase[ours].events.length,
    ),
    measure(
      `${kind} bytes protobuf`,
      (phase) => phase[protobuf].frameBytes,
      (phase) => phase[ours].protobufBytes,
    ),
    measure(
      `${kind} bytes JSON`,
      (phase) => phase[json].frameBytes,
      (phase) => phase[ours].jsonBytes,
    ),
  ];
}

export const eventsIn = ({ counts }: Watched): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** The middle one of the replays is within a tenth, or within three events. */
function insideLimit({ real, simulated, threeEvents }: Judged): boolean {
  return Math.abs(median(simulated) - real) <= Math.max(LIMIT_SHARE * real, threeEvents);
}

/** Measured values are near the range of the replays, and that range is not so wide as to say nothing. */
function insideRange({ real, partner, simulated }: Judged): boolean {
  const low = Math.min(...simulated);
  const high = Math.max(...simulated);
  const near = (value: number): boolean =>
    value >= low / RANGE_MARGIN && value <= high * RANGE_MARGIN;
  return high <= RANGE_SPAN * low && near(real) && (partner === undefined || near(partner));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** Equal numbers of events under every seed; bytes only as those of slices of the sizes seen. */
function countedMeasures(
  real: MeasuredPhase,
  replays: readonly SimulatedPhase[],
  run: MeasuredRun,
): Measure[] {
  const count = (name: string, measured: number, simulated: number[]): Measure => ({
    name,
    real: measured,
    simulated,
    inside: simulated.every((value) => value === measured),
  });
  return [
    count(
      "slice events",
      eventsIn(real.endpointslices_protobuf),
      replays.map(({ slices }) => slices.events.length),
    ),
    count(
      "Endpoints events",
      eventsIn(real.endpoints_protobuf),
      replays.map(({ endpoints }) => endpoints.events.length),
    ),
    ...framesOf("slice", real.endpointslices_protobuf, real.endpointslices_json, (seen) =>
      sliceFrame(seen, run),
    ),
    ...framesOf("Endpoints", real.endpoints_protobuf, real.endpoints_json, (seen) =>
      endpointsFrame(seen, run),
    ),
  ];
}

type SeenEvents = NonNullable<Watched["events"]>;

function framesOf(
  kind: string,
  protobuf: Watched,
  json: Watched,
  frame: (seen: SeenEvents[number]) => { readonly protobuf: ByteRange; readonly json: ByteRange },
): Measure[] {
  const frames = (protobuf.events ?? []).map(frame);
  const fits = (name: string, bytes: number, ranges: readonly ByteRange[]): Measure => {
    const low = ranges.reduce((sum, range) => sum + range.low, 0);
    const high = ranges.reduce((sum, range) => sum + range.high, 0);
    return { name, real: bytes, simulated: [low, high], inside: bytes >= low && bytes <= high };
  };
  return [
    fits(
      `${kind} bytes protobuf by size`,
      protobuf.frameBytes,
      frames.map((one) => one.protobuf),
    ),
    fits(
      `${kind} bytes JSON by size`,
      json.frameBytes,
      frames.map((one) => one.json),
    ),
  ];
}
