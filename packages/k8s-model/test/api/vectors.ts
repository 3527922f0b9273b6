import { readFileSync } from "node:fs";

/** The records of a fixture file, one a line. */
export function vectors<T>(name: string): readonly T[] {
  const file = new URL(`../fixtures/api/${name}.jsonl`, import.meta.url);
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}
