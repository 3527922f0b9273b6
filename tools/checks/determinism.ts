// The same bits in every engine: the tables of tools/determinism, under each release of Node.
import { join } from "node:path";
import { hasNodeReleases, NODE_RELEASES, nodeRelease } from "./node-releases.ts";
import { fromSource, root, run } from "./workspace.ts";

const others = hasNodeReleases ? NODE_RELEASES.map(nodeRelease) : [];
const main = fromSource(join(root, "tools/determinism/main.ts"));
const done = run(process.execPath, [...main, ...others.flatMap((program) => ["--node", program])]);
const tables = [...done.output.matchAll(/: (\d+) of (\d+) as promised/g)];
const passed = tables.reduce((sum, table) => sum + Number(table[1]), 0);
const compared = tables.reduce((sum, table) => sum + Number(table[2]), 0);
const failed = Math.max(compared - passed, done.code === 0 ? 0 : 1);
process.stdout.write(`${done.output}${done.errors}${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
