// Installs the workspace when, and only when, something it depends on has changed. Node built-ins
// only: it runs before anything is installed. Called by npm's pre-scripts (see package.json).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "node_modules", ".k8s-netsim-installed");

function manifests() {
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name));
  return [".", ...packages, "scenarios", "notebooks", "benchmarks", "tools"]
    .map((folder) => join(folder, "package.json"))
    .concat("pnpm-lock.yaml", "pnpm-workspace.yaml")
    .filter((file) => existsSync(join(root, file)))
    .sort();
}

function fingerprint() {
  const hash = createHash("sha256").update(process.version);
  for (const file of manifests()) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

const wanted = fingerprint();
const installed = existsSync(stampFile) ? readFileSync(stampFile, "utf8") : "";
if (installed !== wanted) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  process.stderr.write("Installing dependencies (only when they changed) …\n");
  const run = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, CI: "true" },
  });
  if (run.status !== 0) {
    process.stderr.write(
      "\nThe installation failed. It needs Node 20.19 or newer, npm, and the npm registry once; " +
        "after that everything works offline.\n",
    );
    process.exit(run.status ?? 1);
  }
  writeFileSync(stampFile, wanted);
}
