import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * An engine as a program of its own, so that no engine is measured in a process that another has
 * warmed, filled or confused. It prints the measured number as its last line.
 */
export interface Contender {
  readonly engine: string;
  /** Command and arguments that come before those of the benchmark, or why it cannot run here. */
  readonly command: readonly string[] | { readonly missing: string };
}

const benchmarks = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(benchmarks);

/** A TypeScript program of this folder, run from source. */
export function typescript(engine: string, file: string, ...rest: string[]): Contender {
  const loader = import.meta.resolve("tsx");
  const node = [process.execPath, "--conditions=k8s-netsim-source", "--import", loader];
  return { engine, command: [...node, join(benchmarks, file), ...rest] };
}

/** A package from npm, installed by `npm run bench -- install-peers`. */
export function npmPeer(engine: string, file: string): Contender {
  if (existsSync(join(benchmarks, ".peers/node_modules", engine))) return typescript(engine, file);
  return { engine, command: { missing: "npm run bench -- install-peers" } };
}

/** A C++ program of this folder, compiled when asked for. */
export function cpp(engine: string, file: string, rest: string[], libraries: string[]): Contender {
  const folder = join(root, "node_modules/.cache/benchmarks");
  mkdirSync(folder, { recursive: true });
  const binary = join(folder, file.replaceAll("/", "-").replace(/\.cpp$/, ""));
  // ns-3's headers do not compile as C++20, and coroutines need it.
  const standard = libraries.length > 0 ? "-std=c++17" : "-std=c++20";
  const flags = ["-O2", standard, "-o", binary, join(benchmarks, file), ...libraries];
  const compiled = spawnSync("g++", flags, { encoding: "utf8" });
  if (compiled.status === 0) return { engine, command: [binary, ...rest] };
  const packages = libraries.length > 0 ? "apt-get install g++ libns3-dev" : "apt-get install g++";
  return { engine, command: { missing: packages } };
}

/** A Python program of this folder that needs a module. */
export function python(engine: string, file: string, module: string, debian: string): Contender {
  // Debian's packages belong to Debian's Python, which may not be the first on the path.
  for (const program of ["python3", "/usr/bin/python3"]) {
    const probe = spawnSync(program, ["-c", `import ${module}`]);
    if (probe.status === 0) return { engine, command: [program, join(benchmarks, file)] };
  }
  return { engine, command: { missing: `apt-get install ${debian}` } };
}

/** Runs a contender once: the number it measured, or undefined when it failed. */
export function measure(contender: Contender, parameters: readonly string[]): number | undefined {
  if ("missing" in contender.command) return undefined;
  const [program, ...rest] = contender.command as readonly string[];
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, "tsconfig.base.json") };
  const run = spawnSync(program as string, [...rest, ...parameters], {
    encoding: "utf8",
    env,
    // A program that takes longer is not worth waiting for, and is reported as failed.
    timeout: 60_000,
  });
  const value = Number(run.stdout?.trim().split("\n").at(-1));
  return run.status === 0 && Number.isFinite(value) ? value : undefined;
}
