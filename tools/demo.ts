// The main job on the bundled shop: what if every Service preferred endpoints of the same zone?
// Further arguments go to the command, so `npm run demo -- --replications 40` is a longer look.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const further = process.argv.slice(2);
const out = further.indexOf("--out");
// Typed in the user's folder; the demo itself runs in ours, so that the report shows short paths.
if (further[out + 1] !== undefined && out >= 0) further[out + 1] = resolve(further[out + 1] ?? "");
process.chdir(fileURLToPath(new URL("..", import.meta.url)));

process.argv.splice(
  2,
  further.length,
  ...["what-if", "-f", "scenarios/manifests/shop"],
  ...["--set", "Service/*:spec.trafficDistribution=PreferSameZone"],
  ...["--rate", "storefront=300/s"],
  ...(out >= 0 ? [] : ["--out", "out/demo"]),
  ...further,
);
const command = new URL("../packages/cli/src/main.ts", import.meta.url);
await import(command.href);
