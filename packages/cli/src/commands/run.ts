import {
  type ParameterValue,
  runScenario,
  runStudy,
  type ScenarioRunOptions,
} from "@k8s-netsim/k8s-model/scenario";
import type { Result } from "@k8s-netsim/reports";
import { type CommandSpec, type Invocation, textOf, textsOf } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { checkDelivery, deliver } from "../output/deliver.ts";
import { terminalProgress } from "../output/progress.ts";
import { type ScenarioResultOptions, scenarioResult } from "../results/scenario-result.ts";
import { studyResult } from "../results/study-result.ts";
import { wholeNumber } from "./option-values.ts";
import { type LoadedScenario, loadScenario } from "./scenario-files.ts";

/** `k8s-netsim run SCENARIO`. */
export const run: CommandSpec = {
  name: "run",
  summary: "run a scenario and report",
  usage: "k8s-netsim run SCENARIO [--param NAME=V1,V2 …] [OPTIONS]",
  description:
    "Runs every combination of a scenario's parameters under the same random numbers and judges its expectations. SCENARIO is a name that list shows, or a file.",
  groups: [
    {
      title: "Runs",
      options: [
        {
          name: "param",
          kind: "texts",
          value: "NAME=V1,V2",
          description: "Run these values of a parameter in place of the scenario's own.",
        },
        {
          name: "replications",
          kind: "text",
          value: "N",
          description: "Independent runs of each combination.",
          default: "the scenario's",
        },
        {
          name: "seed",
          kind: "text",
          value: "TEXT",
          description: "Same seed, same bytes.",
          default: "1",
        },
        { name: "quick", kind: "flag", description: "The scenario's smaller size." },
        {
          name: "check",
          kind: "flag",
          description: "Check the simulation's own promises at every write and at rest; slower.",
        },
      ],
    },
    {
      title: "Output",
      options: [
        {
          name: "out",
          kind: "text",
          value: "DIR",
          description: "Write report.html, report.md, result.json and junit.xml there.",
        },
        { name: "json", kind: "flag", description: "Print the result as JSON." },
      ],
    },
  ],
  examples: [
    "k8s-netsim run zone-aware-routing --quick",
    "k8s-netsim run zone-aware-routing --param policy=Default,PreferSameZone --out out",
  ],
  run: async (invocation) => {
    const [name, ...more] = invocation.positionals;
    if (name === undefined || more.length > 0) {
      throw new UsageError(
        "bad-command-line",
        name === undefined
          ? "No scenario is named."
          : `One scenario is run at a time, not ${1 + more.length}.`,
        "see k8s-netsim list for their names.",
      );
    }
    checkDelivery(invocation);
    const scenario = await loadScenario(name);
    const replications = textOf(invocation, "replications");
    const seed = textOf(invocation, "seed") ?? "1";
    const quick = invocation.flags.has("quick");
    const progress = terminalProgress();
    const options: ScenarioRunOptions = {
      seed,
      quick,
      check: invocation.flags.has("check"),
      parameters: parametersOf(invocation, scenario.definition.vary),
      ...(replications === undefined
        ? {}
        : { replications: wholeNumber("replications", replications, 1) }),
      onProgress: (done, total) => progress.update(done, total, `${name}: run`),
    };
    const result = await resultOf(scenario, options, { seed, quick, command: invocation.typed });
    progress.finish();
    return deliver(result, invocation);
  },
};

async function resultOf(
  scenario: LoadedScenario,
  options: ScenarioRunOptions,
  told: ScenarioResultOptions,
): Promise<Result> {
  return scenario.kind === "study"
    ? studyResult(await runStudy(scenario, options), told)
    : scenarioResult(runScenario(scenario, options), told);
}

function parametersOf(
  invocation: Invocation,
  vary: Readonly<Record<string, readonly ParameterValue[]>>,
): ReadonlyMap<string, readonly ParameterValue[]> {
  return new Map(
    textsOf(invocation, "param").map((text) => {
      const at = text.indexOf("=");
      if (at <= 0) {
        throw new UsageError(
          "bad-option-value",
          `--param ${text}: no parameter is named.`,
          "write NAME=VALUE or NAME=V1,V2.",
        );
      }
      const parameter = text.slice(0, at);
      const sample = Object.hasOwn(vary, parameter) ? vary[parameter]?.[0] : undefined;
      const values = text.slice(at + 1).split(",");
      return [parameter, values.map((value) => valueLike(sample, value, parameter))] as const;
    }),
  );
}

/** A value of the type that the scenario's own values have. */
function valueLike(
  sample: ParameterValue | undefined,
  text: string,
  parameter: string,
): ParameterValue {
  if (typeof sample === "number" && text.trim() !== "" && Number.isFinite(Number(text))) {
    return Number(text);
  }
  if (typeof sample === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (typeof sample !== "number" && typeof sample !== "boolean") return text;
  throw new UsageError(
    "bad-option-value",
    `--param ${parameter}=${text}: not a ${typeof sample}.`,
    `write it like ${parameter}=${sample}.`,
  );
}
