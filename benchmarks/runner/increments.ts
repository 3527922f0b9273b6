import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exponential, RandomStream } from "@k8s-netsim/sim-core";

/** Numbers in a file of increments; a power of two, so that programs can go round with a mask. */
export const INCREMENTS: number = 1 << 20;

/**
 * Writes exponential increments in whole nanoseconds, as doubles in the machine's order, for all
 * programs of a benchmark to share: nobody is measured drawing random numbers. Returns the file.
 */
export function writeIncrements(name: string, meanNs: number): string {
  const gap = exponential({ mean: meanNs });
  return writeIncrementsFrom(name, (stream) => gap.sample(stream));
}

/** Writes increments of any kind, rounded up to whole nanoseconds. */
export function writeIncrementsFrom(
  name: string,
  distance: (stream: RandomStream) => number,
): string {
  const stream = new RandomStream("benchmarks", name);
  const values = Float64Array.from({ length: INCREMENTS }, () => Math.ceil(distance(stream)));
  const folder = mkdtempSync(join(tmpdir(), "k8s-netsim-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "increments.f64");
  writeFileSync(file, new Uint8Array(values.buffer));
  return file;
}

export function readIncrements(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8).slice();
}
