import type { Choices, ParameterRange, Variations } from "@k8s-netsim/k8s-model/scenario";
import type { CommandSpec } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { loadScenario, scenarioFolder, scenarioNames } from "./scenario-files.ts";

type Ranges = Readonly<Record<string, ParameterRange | undefined>>;

/** `k8s-netsim list`. */
export const list: CommandSpec = {
  name: "list",
  summary: "the scenarios that can be run",
  usage: "k8s-netsim list [--json]",
  description:
    "Lists the scenarios in the folder scenarios of the present folder or of one above it, with the question that each answers and its parameters.",
  groups: [
    {
      title: "Output",
      options: [{ name: "json", kind: "flag", description: "Print the list as JSON." }],
    },
  ],
  examples: ["k8s-netsim list"],
  run: async ({ flags }) => {
    const folder = scenarioFolder();
    if (folder === undefined) {
      throw new UsageError(
        "no-scenarios",
        "There is no folder of scenarios here or above.",
        "start in a folder that has one.",
      );
    }
    const scenarios = await Promise.all(
      scenarioNames(folder).map(async (name) => {
        const { definition } = await loadScenario(name);
        const { question = "", vary } = definition;
        const choices: Choices<Variations> = definition.choices ?? {};
        const ranges: Ranges = "ranges" in definition ? (definition.ranges ?? {}) : {};
        return { name, question, parameters: vary, choices, ranges };
      }),
    );
    if (flags.has("json")) {
      process.stdout.write(`${JSON.stringify(scenarios, undefined, 2)}\n`);
      return 0;
    }
    for (const { name, question, parameters, choices, ranges } of scenarios) {
      process.stdout.write(`${name}\n  ${question}\n`);
      for (const [parameter, values] of Object.entries(parameters)) {
        const possible = Object.hasOwn(choices, parameter) ? choices[parameter] : undefined;
        const of = possible === undefined ? "" : `   of ${possible.join(", ")}`;
        const range = Object.hasOwn(ranges, parameter) ? ranges[parameter] : undefined;
        const within = range === undefined ? "" : `   from ${range.least} to ${range.most}`;
        process.stdout.write(`  --param ${parameter}=${values.join(",")}${of}${within}\n`);
      }
      process.stdout.write("\n");
    }
    return 0;
  },
};
