import { EVERYTHING, type MeasureComparison, type MeasureId } from "@k8s-netsim/k8s-model/scenario";
import { formatEstimate, formatQuantity, type Measure } from "@k8s-netsim/reports";
import { estimateOf } from "./estimates.ts";

/** How a measure is named inside a sentence. */
const NOUNS: Readonly<Partial<Record<MeasureId, string>>> = {
  crossZoneShare: "the bytes that cross zones",
  costPerMillion: "the zone traffic of a million requests",
  latencyP99: "latency at p99",
  failedShare: "failed requests",
};

export interface AnswerOptions {
  readonly comparisons: readonly MeasureComparison[];
  readonly measures: readonly Measure[];
  /** Services that cannot profit, of those that are called. */
  readonly cannotProfit: number;
  readonly called: number;
  /** False where the input is only looked at as it is. */
  readonly isChanged: boolean;
}

/** The answer in a sentence or two, with its interval. */
export function answerSentence(options: AnswerOptions): string {
  const share = wordsOf("crossZoneShare", options);
  if (share === undefined) return "No request was answered, so there is nothing to compare.";
  if (!options.isChanged) return `${asItIs(options)}${failureNote(options)}`;
  if (share.runs < 2) return `${inOneRun(options)}${failureNote(options)}`;
  const cost = wordsOf("costPerMillion", options);
  const rest = (["latencyP99", "failedShare"] as const).flatMap((measure) => {
    const words = wordsOf(measure, options);
    return words?.changes ? [words.clause] : [];
  });
  const first = share.changes
    ? `With the change, ${share.clause}${cost?.changes ? `, and ${cost.clause}` : ""}.`
    : rest.length === 0
      ? unchanged(share, options)
      : `With the change, ${rest.join("; ")}; ${share.before} of the bytes cross zones, before and after.`;
  const clients =
    rest.length > 0
      ? share.changes
        ? ` ${capital(rest.join("; "))}.`
        : ""
      : share.changes
        ? " Latency at p99 and failures do not change measurably."
        : "";
  return `${first}${clients}${failureNote(options)}`;
}

/** More failures than this make every other number doubtful. */
const MANY_FAILURES = 0.01;

function failureNote({ comparisons }: AnswerOptions): string {
  const failed = comparisons.find(
    (row) => row.measure === "failedShare" && row.scope === EVERYTHING,
  );
  const worst = Math.max(failed?.before?.mean ?? 0, failed?.after?.mean ?? 0);
  if (worst <= MANY_FAILURES) return "";
  const before = formatQuantity(failed?.before?.mean ?? null, "share");
  const after = formatQuantity(failed?.after?.mean ?? null, "share");
  return ` Beware: ${before} of the requests fail as it is and ${after} as changed.`;
}

function asItIs(options: AnswerOptions): string {
  const now = (id: MeasureId): string => wordsOf(id, options)?.before ?? "–";
  return (
    `As it is, ${now("crossZoneShare")} of the bytes cross zones, which costs ` +
    `${now("costPerMillion")} for a million requests; latency at p99 is ${now("latencyP99")}.`
  );
}

function inOneRun(options: AnswerOptions): string {
  const { before, after } = wordsOf("crossZoneShare", options) as MeasureWords;
  return (
    `In this one run ${before} of the bytes cross zones as it is and ${after} as changed: ` +
    "without a second there is no interval, and nothing says how much of it is chance. Use --replications 10."
  );
}

interface MeasureWords {
  /** Runs behind the numbers. */
  readonly runs: number;
  readonly changes: boolean;
  readonly clause: string;
  readonly before: string;
  readonly after: string;
}

function wordsOf(id: MeasureId, options: AnswerOptions): MeasureWords | undefined {
  const measure = options.measures.find((candidate) => candidate.id === id);
  const comparison = options.comparisons.find(
    (candidate) => candidate.measure === id && candidate.scope === EVERYTHING,
  );
  if (measure === undefined || comparison?.difference === undefined) return undefined;
  const { difference, before, after } = comparison;
  const changes = difference.low > 0 || difference.high < 0;
  const verb = difference.mean < 0 ? "fall" : "rise";
  const noun = NOUNS[id] ?? measure.label;
  const from = formatQuantity(before?.mean ?? null, measure.unit);
  const to = formatQuantity(after?.mean ?? null, measure.unit);
  const by = formatEstimate(estimateOf(difference), measure.unit, { change: true }).both;
  return {
    runs: difference.n,
    changes,
    before: from,
    after: to,
    clause: `${noun} ${isPlural(id) ? verb : `${verb}s`} from ${from} to ${to}, ${by}`,
  };
}

function isPlural(id: MeasureId): boolean {
  return id === "crossZoneShare" || id === "failedShare";
}

function unchanged(share: MeasureWords, { cannotProfit, called }: AnswerOptions): string {
  const stays = `${share.before} of the bytes cross zones, before and after`;
  if (cannotProfit === called) {
    const which =
      called === 1 ? "the only Service that is called" : `each of the ${called} Services called`;
    return `Nothing can be gained: ${stays}, because ${which} has one endpoint or lacks one in a zone that calls it.`;
  }
  return `The change makes no measurable difference: ${stays}.`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
