import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Scenario, Study } from "@k8s-netsim/k8s-model/scenario";
import { UsageError } from "../command-line/usage-error.ts";

const ENDINGS = [".ts", ".mts", ".js", ".mjs"];

/** The folder `scenarios` of the present folder or of one above it, else of the repository. */
export function scenarioFolder(from: string = process.cwd()): string | undefined {
  const starts = [from, dirname(fileURLToPath(import.meta.url))];
  for (const start of starts) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      const candidate = join(folder, "scenarios");
      if (existsSync(candidate) && scenarioNames(candidate).length > 0) return candidate;
      if (dirname(folder) === folder) break;
    }
  }
  return undefined;
}

/** Names of the scenario files in a folder, sorted. */
export function scenarioNames(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && ENDINGS.some((ending) => entry.name.endsWith(ending)))
    .filter((entry) => !/\.(test|d)\./.test(entry.name))
    .map((entry) => entry.name.replace(/\.[a-z]+$/, ""))
    .sort();
}

/** What a file of scenarios exports. */
export type LoadedScenario = Scenario | Study;

/** Loads a scenario by name or by the path of its file. */
export async function loadScenario(name: string): Promise<LoadedScenario> {
  const file = scenarioFile(name);
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    throw new UsageError(
      "broken-scenario",
      `${file} cannot be loaded: ${(error as Error).message.split("\n")[0]}`,
      file.endsWith("ts") ? "TypeScript needs Node 22.18 or newer, or run it with tsx." : undefined,
    );
  }
  const { default: found } = module;
  if (isScenario(found)) return found;
  throw new UsageError(
    "no-scenario",
    `${file} exports no scenario.`,
    "write export default scenario(NAME, { … }), or study(NAME, { … }).",
  );
}

function scenarioFile(name: string): string {
  if (existsSync(name) && ENDINGS.some((ending) => name.endsWith(ending))) return resolve(name);
  const folder = scenarioFolder();
  const known = folder === undefined ? [] : scenarioNames(folder);
  if (folder !== undefined && known.includes(name)) {
    const ending = ENDINGS.find((candidate) => existsSync(join(folder, name + candidate)));
    return join(folder, name + ending);
  }
  throw new UsageError(
    "unknown-scenario",
    `There is no scenario "${name}".`,
    known.length === 0
      ? "start in a folder that has a folder scenarios, or name a file."
      : `use one of ${known.join(", ")}, or name a file.`,
  );
}

function isScenario(value: unknown): value is LoadedScenario {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return (value.kind === "scenario" || value.kind === "study") && "definition" in value;
}
