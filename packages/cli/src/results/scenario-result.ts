import {
  changeAssumptions,
  loadBalancerAssumptions,
  type PlannedChange,
  type ScenarioAnswer,
  type ScenarioConfiguration,
} from "@k8s-netsim/k8s-model/scenario";
import type { Result } from "@k8s-netsim/reports";
import { faultMarks } from "../commands/fault-option.ts";
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
    assumptions: [
      ...(definition.assumptions ?? []),
      ...changeAssumptions(configurations.flatMap(({ definition: { faults } }) => faults)),
      ...balancersOf(configurations),
    ],
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

/** What stands in front of Services of type LoadBalancer, where a configuration names it. */
function balancersOf(
  configurations: readonly ScenarioConfiguration[],
): ReturnType<typeof loadBalancerAssumptions> {
  const all = configurations.flatMap(({ definition: { loadBalancer, objects } }) => {
    const services = objects.flatMap(({ kind, metadata, spec }) =>
      kind === "Service" && (spec as { readonly type?: unknown })?.type === "LoadBalancer"
        ? [`${metadata.namespace ?? "default"}/${metadata.name}`]
        : [],
    );
    return loadBalancer === undefined ? [] : loadBalancerAssumptions(loadBalancer, services);
  });
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
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

/** Moments of what is done in any configuration, each once. */
function timelineOf(configurations: readonly ScenarioConfiguration[]): TimelineMarks | undefined {
  const marks = new Map<string, TimelineMarks["marks"][number]>();
  for (const { definition } of configurations) {
    const all = [...definition.faults.flatMap(faultMarks), ...definition.changes.map(changeMark)];
    for (const mark of all) marks.set(`${mark.seconds} ${mark.label}`, mark);
  }
  if (marks.size === 0) return undefined;
  return { binSeconds: 1, changeAtSeconds: null, marks: [...marks.values()] };
}

function changeMark(change: PlannedChange): TimelineMarks["marks"][number] {
  const seconds = change.at / 1e9;
  if ("objects" in change) return { seconds, label: "objects are applied" };
  const { kind, workload } = change;
  if (kind === "scale") return { seconds, label: `${workload} is scaled to ${change.replicas}` };
  const words = kind === "rolling-update" ? "is rolled" : "loses pods";
  return { seconds, label: `${workload} ${words}` };
}
