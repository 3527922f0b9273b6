import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const benchmarks = dirname(dirname(fileURLToPath(import.meta.url)));

/** Loads a package from the folder that `npm run bench -- install-peers` fills. */
// biome-ignore lint/suspicious/noExplicitAny: these packages bring no types that could be relied on.
export function peerPackage(name: string): any {
  return createRequire(join(benchmarks, ".peers/package.json"))(name);
}
