import type { ScenarioAnswer, ScenarioConfiguration } from "@k8s-netsim/k8s-model/scenario";
import type { Result } from "@k8s-netsim/reports";
import { VERSION } from "../version.ts";
import { chartsOf, type TimelineMarks } from "./charts.ts";
import { failureFindings, failureTables } from "./failure-tables.ts";
import { gridOf, judgedInWords } from "./grid-result.ts";

export interface ScenarioResultOptions {
  readonly seed: string;
  readonly quick: boolean;
  readonly command: string;
}

/** A scenario's answer as a result to report. */
export function scenarioResult(answer: ScenarioAnswer, options: ScenarioResultOptions): Result {
  const { scenario, runs, configurations, expectations, sentence } = answer;
  const { definition, name } = scenario;
  const [first] = configurations;
  return {
    schema: "k8s-netsim/result/v1",
    kind: "scenario",
    title: name,
    question: definition.question ?? name,
    answer: sentence ?? judgedInWords(expectations),
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
    ...gridOf(configurations, definition.metrics, expectations),
    findings: failureFindings(configurations),
    assumptions: definition.assumptions ?? [],
    input: inputOf(answer),
    tables: [
      ...answer.tables.map((table) => ({ ...table, summary: true })),
      ...failureTables(configurations),
    ],
    charts: chartsOf(
      configurations.map(({ id, summary }) => ({ configuration: id, summary })),
      timelineOf(configurations),
    ),
  };
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
  const { faults = [], changes = [] } = configurations[0]?.definition ?? {};
  if (faults.length + changes.length === 0) return undefined;
  const marks = faults.flatMap(({ kind, target, atNs, untilNs }) => [
    { seconds: atNs / 1e9, label: `${kind} ${target}` },
    ...(untilNs === undefined ? [] : [{ seconds: untilNs / 1e9, label: `${target} back` }]),
  ]);
  const [first] = changes;
  return { binSeconds: 1, changeAtSeconds: first === undefined ? null : first.at / 1e9, marks };
}
