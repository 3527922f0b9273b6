import { jsonLocator, jsonRanges } from "./json-syntax.ts";
import type { LineIndex } from "./line-index.ts";
import { problemDiagnostic, ReadProblem } from "./problem.ts";
import type { ReadFile } from "./source-document.ts";

/** Reads a file of one or more JSON values in a row; any error refuses the whole file. */
export function readJsonFile(file: string, text: string, lines: LineIndex): ReadFile {
  try {
    const documents = jsonRanges(text).map(({ start, end, oddNumbers }) => ({
      value: JSON.parse(text.slice(start, end)) as unknown,
      file,
      tellsText: () => !oddNumbers,
      position: lines.position,
      locate: jsonLocator(text, start),
    }));
    return { documents, diagnostics: [] };
  } catch (problem) {
    if (!(problem instanceof ReadProblem)) throw problem;
    return { documents: [], diagnostics: [problemDiagnostic(problem, lines.position)] };
  }
}
