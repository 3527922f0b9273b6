import type { Diagnostic } from "./diagnostic.ts";
import { readSource } from "./read.ts";
import type { SourceDocument } from "./source-document.ts";

/**
 * Reads a file of one document that is not a Kubernetes object, such as a traffic file, with the
 * same care and the same positions.
 */
export function readDocument(
  file: string,
  text: string,
): { readonly document?: SourceDocument; readonly diagnostics: readonly Diagnostic[] } {
  const { documents, diagnostics } = readSource({ file, text }, {});
  const [document, second] = documents;
  if (diagnostics.length > 0 || document === undefined) {
    return { diagnostics: diagnostics.length > 0 ? diagnostics : [problem(file, "is empty")] };
  }
  if (second === undefined) return { document, diagnostics };
  return { diagnostics: [problem(file, "holds more than one document")] };
}

function problem(file: string, what: string): Diagnostic {
  return {
    code: "not-one-document",
    severity: "error",
    message: `${file} ${what}.`,
    remedy: "pass a file with one document",
    at: { file, line: 1, column: 1 },
  };
}
