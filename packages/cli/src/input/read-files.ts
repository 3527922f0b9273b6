import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { UsageError } from "../command-line/usage-error.ts";

export interface SourceText {
  readonly file: string;
  readonly text: string;
}

const MANIFEST_ENDINGS = new Set([".yaml", ".yml", ".json"]);
const STANDARD_INPUT = "-";
/** Beyond this a file is no manifest; a dump of 15,000 nodes and 150,000 pods is smaller. */
const LARGEST_FILE_BYTES = 1_000_000_000;

/**
 * The texts of files and folders, folders searched all the way down, in the order of their names.
 * `-` is the standard input.
 *
 * @throws UsageError when something cannot be read, or a folder holds no manifest
 */
export function readSources(paths: readonly string[]): readonly SourceText[] {
  return paths.flatMap((path) => {
    if (path === STANDARD_INPUT) return [{ file: "<stdin>", text: readFileSync(0, "utf8") }];
    const files = manifestFiles(path);
    if (files.length === 0) {
      throw new UsageError(
        "empty-folder",
        `The folder ${path} holds no .yaml, .yml or .json file.`,
        "name the folder that holds the manifests, or a file.",
      );
    }
    return files.map((file) => ({ file, text: readText(file) }));
  });
}

/** One text file, such as a traffic file. */
export function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > LARGEST_FILE_BYTES) {
      throw new UsageError(
        "file-too-large",
        `${file} has ${Math.round(size / 1e6)} MB; the limit is ${LARGEST_FILE_BYTES / 1e6} MB.`,
        "split it, or leave out the kinds that do not matter.",
      );
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      "unreadable-file",
      `${file} cannot be read: ${reasonOf(error)}.`,
      "check the path; it is taken from the folder in which the command was started.",
    );
  }
}

function manifestFiles(path: string): readonly string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw new UsageError(
      "unreadable-file",
      `${path} cannot be read: ${reasonOf(error)}.`,
      "check the path; it is taken from the folder in which the command was started.",
    );
  }
  if (!isFolder) return [path];
  const entries = readdirSync(path, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith(".") ? [] : manifestFiles(inside);
    return entry.isFile() && MANIFEST_ENDINGS.has(extname(entry.name)) ? [inside] : [];
  });
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "it does not exist";
  if (code === "EACCES") return "permission denied";
  if (code === "ERR_STRING_TOO_LONG") return "it is too large for one text";
  return code ?? String((error as Error).message);
}
