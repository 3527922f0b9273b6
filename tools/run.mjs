// Runs a TypeScript file of the workspace from source, in the folder where the user typed the npm
// command: `node tools/run.mjs FILE.ts ARGUMENTS…`. A process of its own, because Node reads the
// source condition at its start only.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file, ...rest] = process.argv.slice(2);
const child = spawn(
  process.execPath,
  [
    "--conditions=k8s-netsim-source",
    "--import",
    import.meta.resolve("tsx"),
    join(root, file),
    ...rest,
  ],
  {
    stdio: "inherit",
    cwd: process.env.INIT_CWD ?? process.cwd(),
    // Ours, not whatever lies in the user's folder.
    env: { ...process.env, TSX_TSCONFIG_PATH: join(root, "tsconfig.base.json") },
  },
);

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
// A terminal sends Ctrl-C to the whole group: passed on once more it would count as impatience.
const pass = (signal) => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal);
for (const signal of signals) process.on(signal, pass);

child.once("exit", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  for (const each of signals) process.off(each, pass);
  process.kill(process.pid, signal);
});
