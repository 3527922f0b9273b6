// `npm run conformance -- SUITE FILE…`: runs vectors recorded from real Kubernetes through the model.
import { readFileSync } from "node:fs";
import { runConformance } from "./runner.ts";
import { SUITES } from "./suites/index.ts";

process.exitCode = await runConformance(process.argv.slice(2), SUITES, {
  read: (file) => readFileSync(file, "utf8"),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
