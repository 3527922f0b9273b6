// `npm run validate:control-plane [-- [--brief] DIR|FILE…]`: real control planes beside simulated ones.
import { fileURLToPath } from "node:url";
import { UnusableRuns } from "./measured-run.ts";
import { HELP, validate } from "./validate.ts";

const MEASURED = fileURLToPath(
  new URL("../../../shared/conformance/kubernetes/measured", import.meta.url),
);

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) process.stdout.write(HELP);
else {
  try {
    const named = args.filter((arg) => arg !== "--brief");
    const paths = named.length === 0 ? [MEASURED] : named;
    const brief = args.includes("--brief");
    const { outside } = validate(paths, (text) => process.stdout.write(text), { brief });
    process.exitCode = outside === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UnusableRuns)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
