import type { StudyAnswer } from "@k8s-netsim/k8s-model/scenario";
import type { Result } from "@k8s-netsim/reports";
import { VERSION } from "../version.ts";
import { gridOf, judgedInWords } from "./grid-result.ts";
import type { ScenarioResultOptions } from "./scenario-result.ts";
import { joinedCharts } from "./study-charts.ts";

/** A study's answer as a result to report. */
export function studyResult(answer: StudyAnswer, options: ScenarioResultOptions): Result {
  const { study, configurations, expectations, replications, sentence } = answer;
  const { definition, name } = study;
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
      kubernetesVersion: "1.36",
      replications,
      quick: options.quick,
    },
    warnings: answer.warnings,
    ...gridOf(configurations, definition.metrics, expectations),
    findings: [],
    assumptions: definition.assumptions ?? [],
    input: NO_INPUT,
    tables: configurations.flatMap(({ id, tables }) =>
      tables.map((table) => ({ ...table, configuration: id })),
    ),
    charts: {
      zoneTraffic: [],
      latency: [],
      load: [],
      curves: joinedCharts(
        configurations.flatMap(({ id, charts }) =>
          charts.map((chart) => ({ ...chart, configuration: id })),
        ),
      ),
    },
  };
}

const NO_INPUT: Result["input"] = {
  simulated: [],
  inferenceOnly: [],
  ignored: [],
  nodes: [],
  services: [],
  callGraph: [],
  unschedulable: [],
  reconciled: [],
};
