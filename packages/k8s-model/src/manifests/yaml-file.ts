import type { Document } from "yaml";
import type { Diagnostic } from "./diagnostic.ts";
import type { FieldPath } from "./field-path.ts";
import type { LineIndex } from "./line-index.ts";
import { problemDiagnostic, ReadProblem } from "./problem.ts";
import type { ReadFile, SourceDocument } from "./source-document.ts";
import { type Location, locateInYaml } from "./yaml-location.ts";
import { type Piece, yamlPieces } from "./yaml-pieces.ts";
import { readPlainBlocks } from "./yaml-plain-blocks.ts";
import { syntaxProblem } from "./yaml-problem.ts";
import { yamlSyntax } from "./yaml-syntax.ts";
import { yamlValue } from "./yaml-value.ts";

/** More complaints about one file than this help nobody. */
const MAX_DIAGNOSTICS = 50;

/**
 * Reads a file of YAML documents. A document that is broken does not take the others with it;
 * of each one the first problem is reported, as later ones are mostly its consequences.
 */
export function readYamlFile(file: string, text: string, lines: LineIndex): ReadFile {
  const documents: SourceDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  const budget = { characters: FULL_READER_TOTAL };
  for (const piece of yamlPieces(text)) {
    try {
      documents.push(...readPiece(file, text, piece, lines, budget));
    } catch (problem) {
      if (!(problem instanceof ReadProblem)) throw problem;
      diagnostics.push(problemDiagnostic(problem, lines.position));
    }
    if (diagnostics.length === MAX_DIAGNOSTICS) {
      diagnostics.push({
        code: "too-many-problems",
        severity: "error",
        message: `${file}: the rest of the file was not read after ${MAX_DIAGNOSTICS} problems.`,
        remedy: "mend the problems above first",
        at: lines.position(piece.end),
      });
      break;
    }
  }
  return { documents, diagnostics };
}

function readPiece(
  file: string,
  text: string,
  piece: Piece,
  lines: LineIndex,
  budget: { characters: number },
): SourceDocument[] {
  const plain = readPlainBlocks(text.slice(piece.start, piece.end));
  if ("value" in plain) {
    return [sourceDocument(file, text, piece, lines, plain.value, 0, undefined)];
  }
  budget.characters -= piece.end - piece.start;
  if (piece.end - piece.start > FULL_READER_LENGTH || budget.characters < 0) {
    throw tooLong(piece, piece.start + plain.gaveUpAt);
  }
  const composed = composeOrBlameIndent(text, piece, plain);
  const found: SourceDocument[] = [];
  composed.forEach((document, index) => {
    const value = shifted(piece.start, () => yamlValue(document.contents));
    if (value === null) return;
    const kept = piece.end - piece.start <= KEPT_SYNTAX_LENGTH ? document : undefined;
    found.push(sourceDocument(file, text, piece, lines, value, index, kept));
  });
  return found;
}

/** The full reader takes seconds and half a gigabyte for this much; longer documents are refused. */
const FULL_READER_LENGTH = 4_000_000;
const FULL_READER_TOTAL = 16_000_000;

function tooLong(piece: Piece, offset: number): ReadProblem {
  const size = `${((piece.end - piece.start) / 1_000_000).toFixed(1)} MB`;
  return new ReadProblem(
    "document-too-large",
    offset,
    `This document of ${size} leaves the plain block form of YAML here, which is too slow to read at such a length.`,
    "mend this line if it is wrong, else pass JSON (kubectl get -o json) or split the document",
  );
}

/** Syntax trees take some fifty times the text; those of long documents are made again on demand. */
const KEPT_SYNTAX_LENGTH = 100_000;

function sourceDocument(
  file: string,
  text: string,
  piece: Piece,
  lines: LineIndex,
  pieceValue: unknown,
  index: number,
  kept: Document | undefined,
): SourceDocument {
  let document = kept;
  const value = piece.item === undefined ? pieceValue : (pieceValue as unknown[])[0];
  return {
    value,
    file,
    tellsText: (number) => Number.isSafeInteger(number) || !Number.isInteger(number),
    position: lines.position,
    locate(path: FieldPath): Location {
      if (piece.end - piece.start > FULL_READER_LENGTH) {
        return { offset: piece.start, found: path.length === 0 };
      }
      document ??= compose(text, piece)[index] as Document;
      const inPiece = piece.item === undefined ? path : [0, ...path];
      const location = locateInYaml(document, inPiece);
      return { ...location, offset: location.offset + piece.start };
    },
  };
}

/**
 * The library reports wrong indentation where its grammar notices, often a line early; the plain
 * reader knows the line that does not fit.
 */
function composeOrBlameIndent(
  text: string,
  piece: Piece,
  plain: { readonly gaveUpAt: number; readonly oddIndent?: number },
): readonly Document[] {
  try {
    return compose(text, piece);
  } catch (problem) {
    const isSyntax = problem instanceof ReadProblem && problem.code === "yaml-syntax";
    if (!isSyntax || plain.oddIndent === undefined) throw problem;
    const spaces = plain.oddIndent === 1 ? "1 space" : `${plain.oddIndent} spaces`;
    throw new ReadProblem(
      "yaml-syntax",
      piece.start + plain.gaveUpAt,
      `This line is indented by ${spaces}, which does not fit the lines before it.`,
      "line it up with the fields or items that it belongs to",
    );
  }
}

/** The composed documents of a piece; the first syntax error is thrown. */
function compose(text: string, piece: Piece): readonly Document[] {
  const pieceText = text.slice(piece.start, piece.end);
  const syntax = syntaxOf(pieceText, piece.start);
  if ("tooDeepAt" in syntax) {
    throw new ReadProblem(
      "nested-too-deep",
      piece.start + syntax.tooDeepAt,
      "This is nested too deep.",
      "no Kubernetes object is this deep: check where a bracket was left open",
    );
  }
  for (const document of syntax.documents) {
    const error = document.errors[0];
    if (error !== undefined) throw syntaxProblem(error, pieceText, piece.start);
  }
  return syntax.documents;
}

/** Runs what reports offsets in a piece, so that they count from the start of the file. */
function shifted<T>(start: number, run: () => T): T {
  try {
    return run();
  } catch (problem) {
    if (!(problem instanceof ReadProblem)) throw problem;
    const { code, offset, message, remedy } = problem;
    throw new ReadProblem(code, offset + start, message, remedy);
  }
}

/** The library is fed arbitrary text; whatever it throws is a broken document, not our end. */
function syntaxOf(pieceText: string, start: number): ReturnType<typeof yamlSyntax> {
  try {
    return yamlSyntax(pieceText);
  } catch {
    throw new ReadProblem(
      "yaml-syntax",
      start,
      "This document cannot be read as YAML.",
      "check that the file is a Kubernetes manifest",
    );
  }
}
