// Runs every scenario in its quick size. Undecided is allowed there: a quick run is small.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fromSource, root, run, runChecks, withTemporaryFolder } from "./workspace.ts";

const names = readdirSync(join(root, "scenarios"))
  .filter((file) => /^[a-z0-9-]+\.ts$/.test(file))
  .map((file) => file.replace(/\.ts$/, ""))
  .sort();

withTemporaryFolder((out) =>
  runChecks(
    names.map((name) => [
      name,
      () => {
        const command = fromSource(join(root, "packages/cli/src/main.ts"));
        const done = run(process.execPath, [
          ...command,
          "run",
          name,
          "--quick",
          "--out",
          join(out, name),
        ]);
        if (done.code !== 0 && done.code !== 3) {
          throw new Error(`ended with ${done.code}\n${done.output}${done.errors}`);
        }
      },
    ]),
  ),
);
