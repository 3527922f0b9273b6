// Runs everything that README and docs show: each `ts` block is type-checked and run as a program
// of its own, each `sh` block of `npm run` lines is run; what they print is compared with the
// `text` block right below. With `--write` what they print is put there instead.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertPrinted, type Example, examplesOf, pages, showPrinted } from "./markdown.ts";
import { fromSource, mustRun, root, runChecks } from "./workspace.ts";

// Inside tools, so that the examples find the packages as any member of the workspace does.
const folder = join(root, "tools", "out", "documents");

function programs(examples: readonly Example[]): readonly (readonly [string, Example])[] {
  return examples
    .filter((example) => example.language === "ts")
    .map((example) => [`${example.page}-${example.line}`.replace(/[^\w-]/g, "-"), example]);
}

function* checks(): Generator<readonly [string, () => void]> {
  const examples = pages().flatMap(examplesOf);
  const written = programs(examples);
  for (const [name, { text }] of written) {
    // One that imports nothing is a script to the compiler, and scripts share their names.
    writeFileSync(
      join(folder, `${name}.ts`),
      /^(import|export) /m.test(text) ? text : `${text}export {};\n`,
    );
  }
  yield ["examples are well typed", typeCheck];
  for (const [name, example] of written) {
    yield [`${example.page}:${example.line}`, () => runProgram(name, example)];
  }
  for (const example of examples.filter(({ language }) => language === "sh")) {
    for (const [index, line] of commands(example).entries()) {
      yield [`${example.page}:${example.line + index} ${line}`, () => runCommand(line, example)];
    }
  }
}

function typeCheck(): void {
  const config = {
    extends: "../../../tsconfig.workshop.json",
    include: ["*.ts"],
    exclude: [],
    references: [],
  };
  const compilerOptions = { incremental: false, noUnusedLocals: false };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...config, compilerOptions }));
  mustRun(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
}

function runProgram(name: string, example: Example): void {
  const printed = mustRun(process.execPath, fromSource(join(folder, `${name}.ts`)));
  printedBy(example, printed);
}

/** Blocks that a reader can run in a fresh clone, whole; the tests run as a check of their own. */
function commands(example: Example): readonly string[] {
  const lines = example.text
    .replace(/\\\n\s*/g, "")
    .trimEnd()
    .split("\n");
  return lines.every((line) => line.startsWith("npm run ")) ? lines : [];
}

function runCommand(line: string, example: Example): void {
  const env = { ...process.env, npm_config_loglevel: "silent", INIT_CWD: root };
  const printed = mustRun(line, [], { shell: true, env });
  printedBy(example, printed);
}

function printedBy(example: Example, printed: string): void {
  if (process.argv.includes("--write")) showPrinted(example, printed);
  assertPrinted(rereadFrom(example), printed);
}

/** The page may just have been written: what it says now. */
function rereadFrom(example: Example): Example {
  const same = ({ text, language }: Example) =>
    text === example.text && language === example.language;
  return examplesOf(example.page).find(same) ?? example;
}

mkdirSync(folder, { recursive: true });
try {
  runChecks(checks());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
