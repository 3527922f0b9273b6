import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { UsageError } from "../command-line/usage-error.ts";
import { decodeText } from "./decode-text.ts";
import { readStandardInput } from "./standard-input.ts";

export interface SourceText {
  readonly file: string;
  readonly text: string;
}

const MANIFEST_ENDINGS = new Set([".yaml", ".yml", ".json"]);
export const STANDARD_INPUT = "-";
/** Beyond this a file is no manifest; a dump of 15,000 nodes and 150,000 pods is smaller. */
const LARGEST_FILE_BYTES = 1_000_000_000;
/** More manifests than this are a slip: the root folder, or one full of something else. */
const MOST_FILES = 20_000;

/**
 * The texts of files and folders, folders searched all the way down, in the order of their names.
 * `-` is the standard input.
 *
 * @throws UsageError when something cannot be read, or a folder holds no manifest
 */
export function readSources(paths: readonly string[]): readonly SourceText[] {
  return paths.flatMap((path) => {
    if (path === STANDARD_INPUT) {
      return [{ file: "<stdin>", text: decodeText("<stdin>", readStandardInput()) }];
    }
    const files: string[] = [];
    collectManifests(path, path, files);
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
  const bytes = reading(file, () => {
    const { size } = statSync(file);
    if (size > LARGEST_FILE_BYTES) {
      throw new UsageError(
        "file-too-large",
        `${file} has ${Math.round(size / 1e6)} MB; the limit is ${LARGEST_FILE_BYTES / 1e6} MB.`,
        "split it, or leave out the kinds that do not matter.",
      );
    }
    return readFileSync(file);
  });
  return decodeText(file, bytes);
}

/** The file itself, or what a folder holds; a link counts as what it leads to, but not to a folder. */
function collectManifests(path: string, root: string, files: string[]): void {
  if (!reading(path, () => statSync(path)).isDirectory()) {
    files.push(path);
    return;
  }
  const entries = reading(path, () => readdirSync(path, { withFileTypes: true }));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith(".")) collectManifests(inside, root, files);
    } else if (MANIFEST_ENDINGS.has(extname(entry.name)) && leadsToFile(inside)) {
      if (files.length === MOST_FILES) throw tooManyFiles(root);
      files.push(inside);
    }
  }
}

function leadsToFile(path: string): boolean {
  return reading(path, () => statSync(path)).isFile();
}

function tooManyFiles(root: string): UsageError {
  return new UsageError(
    "too-many-files",
    `The folder ${root} holds more than ${MOST_FILES} .yaml, .yml and .json files.`,
    "name the folder that holds the manifests.",
  );
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      "unreadable-file",
      `${path === "" ? '""' : path} cannot be read: ${reasonOf(error)}.`,
      "check the path; it is taken from the folder in which the command was started.",
    );
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "it does not exist";
  if (code === "EACCES") return "permission denied";
  if (code === "ELOOP") return "its links go round in a circle";
  return code ?? message;
}
