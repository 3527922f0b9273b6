// The promise "same seed, same bits": every package's cases (test/guarantees/cases.ts) bundled as
// for a browser and run in this Node, in other releases and in Chromium, against the committed
// table.
//
//   node tools/run.mjs tools/determinism/main.ts [--node PATH]… [--require-chromium] [--write]
//
// `--write` writes the tables anew, which changes a promise to users: say why in the commit.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.ts";
import { chromiumProgram, inChromium, inNode, type Table } from "./engines.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values } = parseArgs({
  options: {
    node: { type: "string", multiple: true, default: [] },
    "require-chromium": { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const program = chromiumProgram();
let failures = 0;
for (const cases of caseFiles()) {
  console.log(relative(root, cases));
  const code = await bundle(cases);
  const file = join(dirname(cases), "fingerprints.json");
  if (values.write) writeTable(file, inNode(process.execPath, code).table);
  const expected = JSON.parse(readFileSync(file, "utf8")) as Table;
  for (const node of [process.execPath, ...values.node]) compare(expected, inNode(node, code));
  if (program !== undefined) compare(expected, await inChromium(program, code));
}
if (program === undefined) {
  console.log("skipped: Chromium, as there is none on this machine (CHROMIUM_PATH names another)");
  if (values["require-chromium"]) failures++;
}
if (failures > 0) {
  console.log(`${failures} failed. The bits of a release are a promise; see tools/determinism.`);
}
process.exitCode = failures > 0 ? 1 : 0;

function caseFiles(): readonly string[] {
  const packages = join(root, "packages");
  return readdirSync(packages)
    .sort()
    .map((name) => join(packages, name, "test", "guarantees", "cases.ts"))
    .filter(existsSync);
}

function writeTable(file: string, table: Table): void {
  writeFileSync(file, `${JSON.stringify(table, undefined, 2)}\n`);
  console.log(`  wrote ${relative(root, file)}`);
}

function compare(expected: Table, { engine, table }: { engine: string; table: Table }): void {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(table)])];
  const differing = names.filter((name) => expected[name] !== table[name]);
  console.log(`  ${engine}: ${names.length - differing.length} of ${names.length} as promised`);
  for (const name of differing) {
    console.log(`    ${name}: promised ${expected[name] ?? "none"}, got ${table[name] ?? "none"}`);
  }
  failures += differing.length;
}
