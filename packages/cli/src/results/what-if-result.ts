import {
  apiServerAssumptions,
  type BackCheck,
  EVERYTHING,
  loadBalancerAssumptions,
  overall,
  type PreparedInput,
  timingAssumptions,
  type WhatIfAnswer,
} from "@k8s-netsim/k8s-model/scenario";
import type { PriceTable } from "@k8s-netsim/k8s-model/topology";
import type { Assumption, Expectation, Finding, Result } from "@k8s-netsim/reports";
import { VERSION } from "../version.ts";
import { answerSentence } from "./answer-sentence.ts";
import { backCheckExpectation, backCheckWarnings, reportedBackCheck } from "./back-check.ts";
import { chartsOf, type TimelineMarks } from "./charts.ts";
import { differencesOf, estimatesOf, reportedMeasures } from "./estimates.ts";
import { failureTables, type ToldConfiguration } from "./failure-tables.ts";
import { inputSummary } from "./input-summary.ts";
import { billExcludes, northSouthTables } from "./north-south.ts";
import { transfersTable } from "./transfers-table.ts";

export interface WhatIfResultOptions {
  readonly input: PreparedInput;
  readonly answer: WhatIfAnswer;
  readonly command: string;
  readonly seed: string;
  readonly quick: boolean;
  readonly replications: number;
  readonly warmUpSeconds: number;
  readonly lengthSeconds: number;
  readonly prices: PriceTable;
  readonly timeline: TimelineMarks | undefined;
  /** Today beside what was observed; `fails`: it decides the verdict, too. */
  readonly backCheck?: { readonly checked: BackCheck; readonly fails: boolean };
}

/** What a what-if found, as a result to report. */
export function whatIfResult(options: WhatIfResultOptions): Result {
  const { input, answer, command, seed, quick } = options;
  const measures = reportedMeasures(input.traffic.moneyIsGiven);
  const called = [...answer.after.endpointsByZone.keys()];
  const cannotProfit = new Set(
    answer.findings.filter(isHindrance).flatMap((finding) => finding.subject.split(", ")),
  );
  const sentence = answerSentence({
    comparisons: answer.comparisons,
    measures,
    called: called.length,
    cannotProfit: cannotProfit.size,
    isChanged: input.changes.length > 0 || options.timeline !== undefined,
  });
  const expectations = expectationsOf(options);
  const northSouth = { ...options, before: answer.before, after: answer.after };
  return {
    schema: "k8s-netsim/result/v1",
    kind: "what-if",
    title: titleOf(input, options),
    question: questionOf(input, options),
    answer: sentence,
    verdict: overall(expectations.map(({ verdict }) => verdict)),
    reproduce: {
      command,
      seed,
      version: VERSION,
      kubernetesVersion: input.kubernetesVersion.value,
      replications: options.replications,
      warmUpSeconds: options.warmUpSeconds,
      lengthSeconds: options.lengthSeconds,
      quick,
    },
    warnings: warningsOf(options),
    configurations: [
      { id: "before", label: "as it is", parameters: {} },
      { id: "after", label: afterLabel(options), parameters: {} },
    ],
    measures,
    headline: headlineOf(answer),
    estimates: estimatesOf(answer.comparisons, measures),
    differences: differencesOf(answer.comparisons, measures, (measure) =>
      assumptionRange(answer, measure),
    ),
    expectations,
    ...(options.backCheck === undefined
      ? {}
      : { backCheck: reportedBackCheck(options.backCheck.checked, input) }),
    findings: answer.findings.map((finding): Finding => finding),
    assumptions: assumptionsOf(options),
    billExcludes: billExcludes(northSouth),
    input: inputSummary(input, answer),
    tables: [
      transfersTable("before", answer.before),
      transfersTable("after", answer.after),
      ...northSouthTables(northSouth),
      ...failureTables(told(options)),
    ],
    charts: chartsOf(
      [
        { configuration: "before", summary: answer.before },
        { configuration: "after", summary: answer.after },
      ],
      options.timeline,
    ),
  };
}

function expectationsOf({ answer, backCheck }: WhatIfResultOptions): readonly Expectation[] {
  const asked = answer.expectations.map(({ expectation, verdict, reason }) => ({
    text: expectation.text,
    verdict,
    reason,
  }));
  return backCheck?.fails === true ? [...asked, backCheckExpectation(backCheck.checked)] : asked;
}

/** A finding that says that a Service cannot profit at all. */
function isHindrance({ message }: { readonly message: string }): boolean {
  return message.startsWith("cannot profit") || message.startsWith("has no ready endpoint");
}

function told(options: WhatIfResultOptions): readonly ToldConfiguration[] {
  const { before, after } = options.answer;
  return [
    { label: "as it is", summary: before },
    { label: afterLabel(options), summary: after },
  ];
}

function afterLabel({ input, timeline }: WhatIfResultOptions): string {
  return input.changes.length === 0 && (timeline?.marks.length ?? 0) > 0
    ? "with the fault"
    : "as changed";
}

function titleOf(input: PreparedInput, { timeline }: WhatIfResultOptions): string {
  const [first, ...more] = [...input.changes, ...faultWords(timeline)];
  if (first === undefined) return "The cluster as it is";
  return `What if ${first}${more.length === 0 ? "" : `, and ${more.length} more`}`;
}

function questionOf(input: PreparedInput, { timeline }: WhatIfResultOptions): string {
  const faults = faultWords(timeline);
  const when = timeline?.changeAtSeconds == null ? "" : ` at ${timeline.changeAtSeconds} s`;
  const parts = [
    ...(input.changes.length === 0 ? [] : [`${shortList(input.changes, 4)}${when}`]),
    ...faults,
  ];
  const what = parts.length === 0 ? "nothing is changed" : parts.join(", while ");
  return `What happens to clients and bill if ${what}?`;
}

function faultWords(timeline: TimelineMarks | undefined): readonly string[] {
  return (timeline?.marks ?? []).map((mark) => `${mark.label} at ${mark.seconds} s`);
}

function shortList(words: readonly string[], most: number): string {
  if (words.length <= most) return words.join("; ");
  return `${words.slice(0, most).join("; ")}; and ${words.length - most} more`;
}

function warningsOf({ input, answer, backCheck }: WhatIfResultOptions): readonly string[] {
  const warnings = [
    ...(backCheck === undefined ? [] : backCheckWarnings(backCheck.checked)),
    ...input.warnings,
  ];
  if (answer.unpricedBytes > 0) {
    warnings.push(
      "Some bytes travel a distance for which the provider has no sourced price; they are not on the bill.",
    );
  }
  const pending = answer.after.unschedulable.length;
  if (pending > 0) {
    warnings.push(
      `${pending} ${pending === 1 ? "pod finds" : "pods find"} no node after the change: ${answer.after.unschedulable[0]?.reason}`,
    );
  }
  return warnings;
}

/** The answer is about money where a price moves it, else about the share of bytes. */
function headlineOf(answer: WhatIfAnswer): string {
  const cost = answer.comparisons.find(
    (row) => row.measure === "costPerMillion" && row.scope === EVERYTHING,
  )?.difference;
  return cost !== undefined && cost.mean !== 0 ? "costPerMillion" : "crossZoneShare";
}

function assumptionRange(
  answer: WhatIfAnswer,
  measure: string,
): { readonly low: number; readonly high: number } | undefined {
  const base = answer.comparisons.find((row) => row.measure === measure && row.scope === EVERYTHING)
    ?.difference?.mean;
  const effects = answer.sensitivity.flatMap((row) =>
    row.effects.filter((effect) => effect.measure === measure),
  );
  if (base === undefined || effects.length === 0) return undefined;
  const moved = effects.flatMap(({ halved, doubled }) => [base + halved, base + doubled]);
  return { low: Math.min(base, ...moved), high: Math.max(base, ...moved) };
}

/** Services of type LoadBalancer that users outside call. */
function balancedServices({ callGraph, traffic }: PreparedInput): readonly string[] {
  const entered = new Set(
    traffic.before.clients
      .filter(({ workload }) => workload === undefined)
      .map(({ to }) => to.service),
  );
  return callGraph.services
    .filter(({ key, type }) => type === "LoadBalancer" && entered.has(key))
    .map(({ key }) => key);
}

function assumptionsOf(options: WhatIfResultOptions): readonly Assumption[] {
  const { input, answer } = options;
  const headline = headlineOf(answer);
  const base =
    answer.comparisons.find((row) => row.measure === headline && row.scope === EVERYTHING)
      ?.difference?.mean ?? 0;
  const rows = answer.sensitivity.map(({ assumption, effects }) => {
    const effect = effects.find((candidate) => candidate.measure === headline);
    const size =
      effect === undefined ? 0 : Math.max(Math.abs(effect.halved), Math.abs(effect.doubled));
    return { assumption, effect, size };
  });
  const ranked = [...rows].sort((a, b) => b.size - a.size);
  const varied = ranked.map(
    ({ assumption, effect }, index): Assumption => ({
      name: assumption.name,
      value: assumption.value,
      source: assumption.source,
      ...(effect === undefined
        ? {}
        : {
            effect: {
              measure: headline,
              halved: base + effect.halved,
              doubled: base + effect.doubled,
            },
            rank: index + 1,
          }),
    }),
  );
  const timings =
    options.timeline === undefined
      ? []
      : [...apiServerAssumptions(), ...timingAssumptions(input.kubernetesVersion.value)];
  return [
    ...varied,
    ...answer.faultAssumptions,
    ...input.assumptions,
    ...loadBalancerAssumptions({ kind: "ideal" }, balancedServices(input)),
    ...timings,
  ];
}
