import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Rendered } from "./render.ts";

/** How the files in a folder differ from what they should be, a sentence each. */
export function drift(folder: string, expected: Rendered): readonly string[] {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const stale = present.filter((file) => !expected.has(file)).map((file) => `${file} is left over`);
  const changed = [...expected].flatMap(([file, text]) => {
    if (!present.includes(file)) return [`${file} is missing`];
    const line = firstDifference(readFileSync(join(folder, file), "utf8"), text);
    return line === undefined ? [] : [`${file} differs from line ${line} on`];
  });
  return [...stale, ...changed].sort();
}

function firstDifference(present: string, expected: string): number | undefined {
  if (present === expected) return undefined;
  const lines = expected.split("\n");
  const index = present.split("\n").findIndex((line, at) => line !== lines[at]);
  return (index < 0 ? lines.length : index) + 1;
}

/** Makes the folder hold these files and no others. */
export function replaceFiles(folder: string, files: Rendered): void {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (!files.has(file)) rmSync(join(folder, file));
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
}
