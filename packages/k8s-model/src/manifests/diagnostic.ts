/** Where in the input something stands; lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Something to tell the user about the input. An `error` means that the object cannot be
 * simulated; a `warning` that the answer may differ from what the input suggests; an `info` is worth
 * knowing and changes nothing.
 */
export interface Diagnostic {
  /** Stable, kebab-case: `unknown-target-port`. */
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  /** What is wrong, a sentence or more. */
  readonly message: string;
  /** How to mend it. */
  readonly remedy?: string;
  readonly at?: SourcePosition;
  /** Path of the field in the object, as the API server writes it: `spec.ports[0].targetPort`. */
  readonly field?: string;
}

/** `file:line:column  message` with the remedy on its own line and the code at the end. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { at, message, remedy, code } = diagnostic;
  const place = at === undefined ? "" : `${at.file}:${at.line}:${at.column}  `;
  const mend = remedy === undefined ? "" : `\n  Fix: ${remedy}${remedy.endsWith(".") ? "" : "."}`;
  return `${place}${message}${mend}   [${code}]`;
}
