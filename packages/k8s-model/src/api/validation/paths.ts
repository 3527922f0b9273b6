import type { Causes } from "./cause.ts";

/** A path inside a volume: relative and without `..`. */
export function validateRelativePath(value: string, path: string, causes: Causes): void {
  if (value.startsWith("/")) causes.invalid(path, "must be a relative path");
  validateNoBacksteps(value, path, causes);
}

/** A path that does not climb. */
export function validateNoBacksteps(value: string, path: string, causes: Causes): void {
  if (value.split("/").includes("..")) causes.invalid(path, "must not contain ..");
}

/** A path of a file that a volume creates: relative, and no name that starts with `..`. */
export function validateFilePath(value: string, path: string, causes: Causes): void {
  validateRelativePath(value, path, causes);
  if (value.startsWith("..") && !value.startsWith("../") && value !== "..") {
    causes.invalid(path, "must not start with ..");
  }
}

/** Permission bits of a file. */
export function validateFileMode(mode: number | undefined, path: string, causes: Causes): void {
  if (mode !== undefined) causes.between(path, mode, 0, 0o777);
}
