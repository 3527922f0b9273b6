import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { allocation } from "./allocation/allocation.ts";
import { churn } from "./churn/churn.ts";
import { fanOut } from "./fan-out/fan-out.ts";
import { flows } from "./flows/flows.ts";
import { hold } from "./hold/hold.ts";
import { memory } from "./memory/memory.ts";
import { mm1 } from "./mm1/mm1.ts";
import { programming } from "./programming/programming.ts";
import { requests } from "./requests/requests.ts";
import { table } from "./runner/report.ts";
import type { Benchmark } from "./runner/result.ts";
import { shapes } from "./shapes/shapes.ts";

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  hold,
  mm1,
  "fan-out": fanOut,
  memory,
  programming,
  allocation,
  churn,
  requests,
  flows,
  shapes,
};
const PEERS = ["simjs@2.0.3", "simscript@1.0.37", "hypertimer@3.0.0"];

const USAGE = `Usage: npm run bench -- [NAME …] [--quick] [--rounds N] [--only ENGINE …] [--json FILE]
       npm run bench -- install-peers

Names: ${Object.keys(BENCHMARKS).join(", ")}; all of them unless given.
`;

function installPeers(): number {
  const folder = join(dirname(fileURLToPath(import.meta.url)), ".peers");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const options = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder];
  return spawnSync("npm", [...options, ...PEERS], { stdio: "inherit" }).status ?? 1;
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      json: { type: "string" },
      only: { type: "string", multiple: true },
      help: { type: "boolean", default: false },
    },
  });
  if (positionals[0] === "install-peers") return installPeers();
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
  const unknown = names.find((name) => !Object.hasOwn(BENCHMARKS, name));
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  if (values.help || unknown !== undefined || !(Number.isInteger(rounds) && rounds > 0)) {
    if (unknown !== undefined) process.stderr.write(`There is no benchmark "${unknown}".\n\n`);
    (values.help ? process.stdout : process.stderr).write(USAGE);
    return values.help ? 0 : 2;
  }
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const options = { quick: values.quick, rounds, only: values.only, say };
  const results = names.flatMap((name) => (BENCHMARKS[name] as Benchmark)(options));
  process.stdout.write(table(results));
  if (values.json !== undefined) {
    const file = resolve(values.json);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  }
  return 0;
}

process.exitCode = main();
