import type { Reproduction } from "./result.ts";

/** `20 replications of 120 s after 20 s of warm-up`. */
export function sizeInWords({
  replications,
  lengthSeconds,
  warmUpSeconds,
}: Pick<Reproduction, "replications" | "lengthSeconds" | "warmUpSeconds">): string {
  const runs = replications === 1 ? "1 replication" : `${replications} replications`;
  const each = lengthSeconds === undefined ? "" : ` of ${lengthSeconds} s`;
  const before = warmUpSeconds === undefined ? "" : ` after ${warmUpSeconds} s of warm-up`;
  return `${runs}${each}${before}`;
}
