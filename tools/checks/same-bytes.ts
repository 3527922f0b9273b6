// The promise "one seed, the same bytes": the demo's files on every supported release of Node, in
// other locales and time zones.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasNodeReleases, NODE_RELEASES, nodeRelease } from "./node-releases.ts";
import { fromSource, mustRun, root, runChecks, withTemporaryFolder } from "./workspace.ts";

const places = [
  { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", TZ: "America/New_York" },
  { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kolkata" },
  { LANG: "C", LC_ALL: "C", TZ: "UTC" },
];

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
  if (!hasNodeReleases)
    console.log("skipped: other releases of Node; npm has none for this machine");
  runChecks(
    places.map((place, index) => {
      const release = hasNodeReleases ? (NODE_RELEASES[index] ?? "") : "";
      const where = `Node ${release || process.versions.node}, ${Object.values(place).join(" ")}`;
      return [
        `${here.size} files, ${where}`,
        () => {
          const program = release === "" ? process.execPath : nodeRelease(release);
          assertSame(here, demo(program, join(work, `${index}`), place));
        },
      ];
    }),
  );
});
