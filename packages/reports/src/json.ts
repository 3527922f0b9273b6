import type { Result } from "./result.ts";
import { writeJson } from "./words/json-writer.ts";

/** The result as JSON: sorted keys, no NaN or Infinity (they become `null`), a line feed at the end. */
export function renderJson(result: Result): string {
  return writeJson(result);
}
