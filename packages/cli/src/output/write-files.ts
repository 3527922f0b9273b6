import {
  accessSync,
  constants,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../command-line/usage-error.ts";

/**
 * Writes files into a folder, each whole or not at all: under another name first, then renamed, so
 * that a reader (or a run that is cut off) never meets half a file.
 */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): readonly string[] {
  try {
    makeFolder(resolve(folder));
    return [...files].map(([name, text]) => writeWhole(join(folder, name), text));
  } catch (error) {
    throw unwritableFolder(folder, error);
  }
}

/** Fails before long work where its result could not be written afterwards; makes nothing. */
export function checkFolder(folder: string): void {
  try {
    if (folder === "") throw Object.assign(new Error(), { code: "ENOENT" });
    checkFolderAt(resolve(folder));
  } catch (error) {
    throw unwritableFolder(folder, error);
  }
}

/** Fails before long work where a file could not be written afterwards; makes nothing. */
export function checkFile(file: string): void {
  try {
    if (file === "") throw Object.assign(new Error(), { code: "ENOENT" });
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
      throw Object.assign(new Error(), { code: "EISDIR" });
    }
    accessSync(dirname(resolve(file)), constants.W_OK);
  } catch (error) {
    throw unwritableFile(file, error);
  }
}

/** One file beside others, such as a traffic file or a capture. @throws UsageError */
export function writeFile(file: string, content: string | Uint8Array): void {
  try {
    writeWhole(file, content);
  } catch (error) {
    throw unwritableFile(file, error);
  }
}

function writeWhole(file: string, content: string | Uint8Array): string {
  const unfinished = `${file}.unfinished`;
  try {
    writeFileSync(unfinished, content);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return file;
}

/** Step by step: Node's recursive way never ends where a file system takes no folders at all. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function checkFolderAt(folder: string): void {
  if (isFolder(folder)) accessSync(folder, constants.W_OK);
  else checkFolderAt(dirname(folder));
}

/** Whether there is a folder; something else in its place is an error. */
function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === false) throw Object.assign(new Error(), { code: "ENOTDIR" });
  return found !== undefined;
}

function unwritableFile(file: string, error: unknown): UsageError {
  return new UsageError(
    "unwritable-file",
    `${shown(file)} cannot be written: ${reasonOf(error)}.`,
    "name a file in a folder that exists and can be written.",
  );
}

function unwritableFolder(folder: string, error: unknown): UsageError {
  return new UsageError(
    "unwritable-folder",
    `${shown(folder)} cannot be written: ${reasonOf(error)}.`,
    "choose another folder with --out.",
  );
}

function shown(path: string): string {
  return path === "" ? '""' : path;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "a part of the path is no folder",
  EISDIR: "it is a folder",
  EBUSY: "it is a folder",
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left",
  ENAMETOOLONG: "its name is too long",
};

function reasonOf(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return Object.hasOwn(REASONS, code) ? (REASONS[code] as string) : code || message;
}
