// Runs every notebook and writes what it shows to notebooks/rendered; with --check it writes nothing
// and fails where the committed files are not what the notebooks show now.
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { drift, replaceFiles } from "./drift.ts";
import { NotebookError } from "./notebook.ts";
import { renderNotebook } from "./render.ts";
import { runNotebook } from "./run-notebook.ts";

const notebooks = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "notebooks");
const rendered = join(notebooks, "rendered");

process.exitCode = await main(process.argv.slice(2));

async function main(options: readonly string[]): Promise<number> {
  const unknown = options.filter((option) => option !== "--check");
  if (unknown.length > 0) {
    console.error(`Unknown option ${unknown[0]}. Usage: npm run notebooks [-- --check]`);
    return 2;
  }
  const names = readdirSync(notebooks)
    .filter((file) => /^[a-z0-9-]+\.ts$/.test(file))
    .map((file) => basename(file, ".ts"))
    .sort();
  const files = new Map<string, string>();
  const failures: string[] = [];
  for (const name of names) {
    try {
      const cells = await runNotebook(join(notebooks, `${name}.ts`), `notebooks/${name}.ts`);
      for (const [file, text] of renderNotebook(name, cells)) files.set(file, text);
    } catch (error) {
      if (!(error instanceof NotebookError)) throw error;
      failures.push(error.message);
    }
  }
  let failed = failures.length;
  if (failed === 0 && options.includes("--check")) {
    failures.push(...drift(rendered, files).map((words) => `notebooks/rendered/${words}`));
    failed = names.filter((name) => failures.some((words) => words.includes(`/${name}`))).length;
    if (failures.length > 0) failures.push("Run `npm run notebooks` and commit what it writes.");
  } else if (failures.length === 0) {
    replaceFiles(rendered, files);
  }
  for (const failure of failures) console.error(failure);
  console.log(`${names.length - failed} passed, ${failed} failed`);
  return failures.length === 0 ? 0 : 1;
}
