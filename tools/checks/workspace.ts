import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

export interface Finished {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end, in the root of the workspace unless told otherwise. */
export function run(
  command: string,
  args: readonly string[],
  options: SpawnSyncOptions = {},
): Finished {
  const done = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  if (done.error !== undefined) throw done.error;
  return { code: done.status ?? 1, output: String(done.stdout), errors: String(done.stderr) };
}

/** The same, for steps that must succeed: what was printed becomes the error. */
export function mustRun(
  command: string,
  args: readonly string[],
  options: SpawnSyncOptions = {},
): string {
  const done = run(command, args, options);
  if (done.code === 0) return done.output;
  throw new Error(
    `${command} ${args.join(" ")} ended with ${done.code}\n${done.output}${done.errors}`,
  );
}

/** Arguments that make Node run a TypeScript file of the workspace from source. */
export function fromSource(file: string): readonly string[] {
  return ["--conditions=k8s-netsim-source", "--import", import.meta.resolve("tsx"), file];
}

export function withTemporaryFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "k8s-netsim-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs named checks one after the other, prints each, and ends with `N passed, N failed`. */
export function runChecks(checks: Iterable<readonly [name: string, check: () => void]>): void {
  let passed = 0;
  let failed = 0;
  for (const [name, check] of checks) {
    try {
      check();
      passed += 1;
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(
        `FAILED  ${name}\n${indent(error instanceof Error ? error.message : `${error}`)}`,
      );
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, "        ");
}
