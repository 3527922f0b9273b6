import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../command-line/usage-error.ts";

/**
 * Writes files into a folder, each whole or not at all: under another name first, then renamed, so
 * that a reader (or a run that is cut off) never meets half a file.
 */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): readonly string[] {
  try {
    mkdirSync(folder, { recursive: true });
    return [...files].map(([name, text]) => writeWhole(join(folder, name), text));
  } catch (error) {
    throw new UsageError(
      "unwritable-folder",
      `${folder} cannot be written: ${(error as NodeJS.ErrnoException).code}.`,
      "choose another folder with --out.",
    );
  }
}

export function writeWhole(file: string, text: string): string {
  const unfinished = `${file}.unfinished`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return file;
}
