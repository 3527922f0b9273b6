import type { Diagnostic, SourcePosition } from "./diagnostic.ts";
import type { FieldPath } from "./field-path.ts";
import type { Location } from "./yaml-location.ts";

/** One document of a file: its value, and where in the text each field of it stands. */
export interface SourceDocument {
  readonly value: unknown;
  readonly file: string;
  /** False when the text of such a number may say more: `80.0` in JSON, 2^60 anywhere. */
  tellsText(number: number): boolean;
  position(offset: number): SourcePosition;
  locate(path: FieldPath): Location;
}

/** What reading one file gives; broken documents are missing and have a diagnostic. */
export interface ReadFile {
  readonly documents: readonly SourceDocument[];
  readonly diagnostics: readonly Diagnostic[];
}
