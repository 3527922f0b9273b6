import type { ScenarioAnswer, ScenarioConfiguration } from "@k8s-netsim/k8s-model/scenario";
import { overall } from "@k8s-netsim/k8s-model/scenario";
import type { Measure, Result } from "@k8s-netsim/reports";
import { VERSION } from "../version.ts";
import { chartsOf, type TimelineMarks } from "./charts.ts";
import { estimateOf } from "./estimates.ts";

export interface ScenarioResultOptions {
  readonly seed: string;
  readonly quick: boolean;
  readonly command: string;
}

/** A scenario's answer as a result to report. */
export function scenarioResult(answer: ScenarioAnswer, options: ScenarioResultOptions): Result {
  const { scenario, runs, configurations, expectations } = answer;
  const { definition, name } = scenario;
  const verdict = overall(expectations.map((expectation) => expectation.verdict));
  const [first] = configurations;
  return {
    schema: "k8s-netsim/result/v1",
    kind: "scenario",
    title: name,
    question: definition.question ?? name,
    answer: answerOf(answer),
    verdict,
    reproduce: {
      command: options.command,
      seed: options.seed,
      version: VERSION,
      kubernetesVersion: first?.definition.kubernetesVersion ?? "1.36",
      replications: runs.replications,
      warmUpSeconds: runs.warmUp / 1e9,
      lengthSeconds: runs.length / 1e9,
      quick: options.quick,
    },
    warnings: [],
    configurations: configurations.map(({ id, label, parameters }) => ({ id, label, parameters })),
    measures: measuresOf(answer),
    estimates: configurations.flatMap(({ id, metrics }) =>
      [...metrics].map(([measure, interval]) => ({
        measure,
        configuration: id,
        scope: "all",
        estimate: estimateOf(interval),
      })),
    ),
    differences: configurations.flatMap((configuration) => differencesFrom(first, configuration)),
    expectations: expectations.map(({ name: text, verdict: each, reason }) => ({
      text,
      verdict: each,
      reason,
    })),
    findings: [],
    assumptions: [],
    input: inputOf(answer),
    charts: chartsOf(
      configurations.map(({ id, summary }) => ({ configuration: id, summary })),
      timelineOf(configurations),
    ),
  };
}

function answerOf({ expectations }: ScenarioAnswer): string {
  if (expectations.length === 0) return "The table shows every configuration with its intervals.";
  const counts = (["met", "missed", "undecided"] as const).map(
    (verdict) =>
      [verdict, expectations.filter((expectation) => expectation.verdict === verdict)] as const,
  );
  const words = counts.filter(([, found]) => found.length > 0);
  const summary = words.map(([verdict, found]) => `${found.length} ${verdict}`).join(", ");
  const claims = expectations.map(({ name, verdict }) => `${name} (${verdict})`).join("; ");
  return `Of ${expectations.length} expectations: ${summary}. ${claims}.`;
}

function measuresOf({ scenario, configurations }: ScenarioAnswer): readonly Measure[] {
  const ids = new Set(configurations.flatMap(({ metrics }) => [...metrics.keys()]));
  return [...ids].map((id) => {
    const format = scenario.definition.metrics?.[id];
    return {
      id,
      label: format?.label ?? id,
      unit: format?.unit ?? "count",
      better: format?.better ?? "neither",
      description: format?.description ?? "As the scenario measures it.",
    };
  });
}

function differencesFrom(
  first: ScenarioConfiguration | undefined,
  { id, differences }: ScenarioConfiguration,
): Result["differences"] {
  if (first === undefined) return [];
  return [...differences].map(([measure, interval]) => ({
    measure,
    from: first.id,
    to: id,
    scope: "all",
    estimate: estimateOf(interval),
    relative: null,
  }));
}

function inputOf({ configurations }: ScenarioAnswer): Result["input"] {
  const [first] = configurations;
  const counts = new Map<string, number>();
  for (const { kind } of first?.definition.objects ?? []) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return {
    simulated: [...counts].map(([kind, count]) => ({ kind, count })),
    inferenceOnly: [],
    ignored: [],
    nodes: [...(first?.summary.nodesByZone ?? [])].map(([zone, nodes]) => ({ zone, nodes })),
    services: [],
    callGraph: [],
    unschedulable: configurations.flatMap(({ summary }) => summary.unschedulable),
    reconciled: [],
  };
}

function timelineOf(configurations: readonly ScenarioConfiguration[]): TimelineMarks | undefined {
  const faults = configurations[0]?.definition.faults ?? [];
  if (faults.length === 0) return undefined;
  const marks = faults.flatMap(({ kind, target, atNs, untilNs }) => [
    { seconds: atNs / 1e9, label: `${kind} ${target}` },
    ...(untilNs === undefined ? [] : [{ seconds: untilNs / 1e9, label: `${target} back` }]),
  ]);
  return { binSeconds: 1, changeAtSeconds: null, marks };
}
