// Runs a TypeScript file of the workspace from source: `node tools/run.mjs FILE.ts ARGUMENTS…`.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file, ...rest] = process.argv.slice(2);
const run = spawnSync(
  process.execPath,
  [
    "--conditions=k8s-netsim-source",
    "--import",
    import.meta.resolve("tsx"),
    join(root, file),
    ...rest,
  ],
  { stdio: "inherit", cwd: process.env.INIT_CWD ?? process.cwd() },
);
if (run.signal) process.kill(process.pid, run.signal);
process.exit(run.status ?? 1);
