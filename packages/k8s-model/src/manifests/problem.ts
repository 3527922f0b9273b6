import type { Diagnostic } from "./diagnostic.ts";

/** Why a document cannot be read, at an offset of its text; becomes a diagnostic, never escapes. */
export class ReadProblem extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly offset: number;

  constructor(code: string, offset: number, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.offset = offset;
    this.remedy = remedy;
  }
}

export function problemDiagnostic(
  problem: ReadProblem,
  position: (offset: number) => NonNullable<Diagnostic["at"]>,
): Diagnostic {
  const { code, message, remedy } = problem;
  return { code, severity: "error", message, remedy, at: position(problem.offset) };
}

/** Text from the input inside one of our sentences: short, on one line, without control characters. */
export function quote(text: string): string {
  const clean = text.replace(/[\p{Cc}\u2028\u2029]/gu, "\u00b7");
  return `"${clean.length > 60 ? `${clean.slice(0, 57)}...` : clean}"`;
}
