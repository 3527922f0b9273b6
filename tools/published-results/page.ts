import { differenceText, toleranceText, valueText } from "./in-words.ts";
import type { Outcome } from "./judge.ts";
import { LEFT_OUT } from "./left-out.ts";
import { type ResultGroup, VERDICTS } from "./published-result.ts";
import { latencySteps } from "./rule-programming.ts";
import { SOURCES, type Source, type SourceName } from "./sources.ts";

/** A group of results as a run found them. */
export interface GroupOutcome {
  readonly group: ResultGroup;
  readonly outcomes: readonly Outcome[];
}

/** How many results of each verdict there are, in one line. */
export function headline(groups: readonly GroupOutcome[]): string {
  const all = groups.flatMap(({ outcomes }) => outcomes);
  const counts = VERDICTS.map(
    (verdict) => `${all.filter((one) => one.verdict === verdict).length} ${verdict}`,
  );
  const failed = all.filter(({ passed }) => !passed).length;
  return `${all.length} published results: ${[...counts, ...(failed > 0 ? [`${failed} failed`] : [])].join(", ")}`;
}

/** The page `docs/model/published-results.md`. */
export function page(groups: readonly GroupOutcome[]): string {
  return `${[
    "# Published results, and ours",
    `**${headline(groups)}.**`,
    INTRODUCTION,
    countTable(groups),
    ...groups.flatMap(groupText),
    leftOutText(),
    linkTargets(),
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `Others have published numbers about the chain from a pod that becomes ready to the rules on every node. Each
row is one of them, beside what the model gives. The page is written by a run of \`npm run check:published -- --write\`;
a test for each row fails when ours leaves the tolerance, when a row that is said not to be reproduced comes inside
it, and when this page is not what the run gives.

- **predicted**: no parameter of the model was taken from that source. Numbers that only pose the question (nodes,
  pods, zones) do not count as parameters; sizes, times, thresholds and rates do.
- **calibrated**: some parameter or constant of the rule is from that source, or was chosen knowing its result.
- **arithmetic**: the claim is a formula, and a model that disagreed would be wrong. Ours is counted off the
  simulated store, API server or proxies with limits and coalescing off; nothing is multiplied.
- **not reproduced**: ours lies outside the tolerance, or the model has nothing to compare. The reason is given.

*Tolerance* stands in brackets behind the difference; of several numbers the largest difference is shown.`;

const HEADING = [
  "| claim | source | preset | ours | published | difference | verdict |",
  "|---|---|---|---|---|---|---|",
].join("\n");

function groupText({ group, outcomes }: GroupOutcome): readonly string[] {
  const rows = outcomes.map((outcome) => {
    const { result, ours, verdict } = outcome;
    const { id, claim, unit, published, preset = "", reason, tolerance } = result;
    const cells = [
      `${claim} <br>\`${id}\``,
      sourceText(result.source),
      preset,
      valueText(ours, unit),
      valueText(published, unit),
      ours === undefined ? "–" : `${differenceText(outcome)} (${toleranceText(tolerance)})`,
      reason === undefined ? `**${verdict}**` : `**${verdict}**: ${reason}`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const steps = outcomes.some(({ result }) => result.source === "kep3453");
  return [
    `## ${group.title}`,
    wrapped(group.how),
    ...(steps ? [wrapped(latencySteps())] : []),
    [HEADING, ...rows].join("\n"),
  ];
}

const LINE = 110;

/** A paragraph in lines. */
function wrapped(text: string): string {
  let lines = "";
  let length = 0;
  for (const word of text.split(" ")) {
    const fits = length > 0 && length + 1 + word.length <= LINE;
    lines += length === 0 ? word : fits ? ` ${word}` : `\n${word}`;
    length = fits ? length + 1 + word.length : word.length;
  }
  return lines;
}

function sourceText(source: SourceName): string {
  const { name, url, seen }: Source = SOURCES[source];
  const link = url === undefined ? name : `[${name}][${source}]`;
  return seen === undefined ? link : `${link}, ${seen}`;
}

function linkTargets(): string {
  const targets = Object.entries(SOURCES).flatMap(([source, { url }]: [string, Source]) =>
    url === undefined ? [] : [`[${source}]: ${url}`],
  );
  return targets.join("\n");
}

function countTable(groups: readonly GroupOutcome[]): string {
  const rows = groups.map(({ group, outcomes }) => {
    const counts = VERDICTS.map((one) => outcomes.filter(({ verdict }) => verdict === one).length);
    return `| ${[group.title, ...counts].join(" | ")} |`;
  });
  const heading = [
    `| | ${VERDICTS.join(" | ")} |`,
    `|---|${VERDICTS.map(() => "---:").join("|")}|`,
  ];
  return [...heading, ...rows].join("\n");
}

function leftOutText(): string {
  const total = LEFT_OUT.reduce((sum, { count }) => sum + count, 0);
  const lines = LEFT_OUT.map(({ what, count, prefixes, page: name }) => {
    const ids = prefixes.map((prefix) => `\`${prefix}*\``).join(", ");
    return `- ${count}: ${what} (${ids})${name === undefined ? "" : `; see [${name}](${name})`}`;
  });
  return [
    "## Left out",
    "",
    `Of the published results that were collected, ${total} are about something else than this chain:`,
    "",
    ...lines,
  ].join("\n");
}
