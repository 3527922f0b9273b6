import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { LEFT_OUT } from "./left-out.ts";
import type { PublishedResult } from "./published-result.ts";

/** A row of the collection that the results were taken from. */
interface Fact {
  readonly id: string;
  readonly value: unknown;
}

/**
 * Compares our results with a collection of published ones: sentences about rows that are in one and
 * not in the other, and about values that differ.
 */
export function factDifferences(file: string, results: readonly PublishedResult[]): string[] {
  const facts = JSON.parse(readFileSync(file, "utf8")) as readonly Fact[];
  const ours = new Map(results.map((result) => [result.id, result]));
  const differences: string[] = [];
  const leftOut = new Map<string, number>();
  for (const { id, value } of facts) {
    const result = ours.get(id);
    ours.delete(id);
    if (result !== undefined) {
      if (!isDeepStrictEqual(result.published, value)) {
        differences.push(`${id} is published as ${JSON.stringify(value)}.`);
      }
      continue;
    }
    const out = LEFT_OUT.find(({ prefixes }) => prefixes.some((prefix) => id.startsWith(prefix)));
    if (out === undefined) differences.push(`${id} is neither reproduced nor left out.`);
    else leftOut.set(out.what, (leftOut.get(out.what) ?? 0) + 1);
  }
  for (const id of ours.keys()) differences.push(`${id} is not in the collection.`);
  for (const { what, count } of LEFT_OUT) {
    const found = leftOut.get(what) ?? 0;
    if (found !== count) differences.push(`${found} rows, not ${count}, are about ${what}.`);
  }
  return differences;
}
