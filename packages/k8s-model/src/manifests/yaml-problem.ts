import type { YAMLError } from "yaml";
import { ReadProblem } from "./problem.ts";

const REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces; YAML does not accept tabs",
  BAD_INDENT: "line the fields of one map up under each other",
  BAD_ALIAS: "quote the text if no alias is meant",
  BAD_DQ_ESCAPE: "double the backslash, or use single quotes",
  BAD_SCALAR_START: "put the text in quotes",
  BLOCK_AS_IMPLICIT_KEY: "quote the text if it holds a colon, else line the fields up",
  BLOCK_IN_FLOW: "close the bracket before starting an indented block",
  MISSING_CHAR: "add what is missing; often the line before lacks it",
  MULTILINE_IMPLICIT_KEY: 'check that each field has a ":" followed by a space',
  MULTIPLE_ANCHORS: "leave one anchor",
  MULTIPLE_TAGS: "leave one tag",
  TAG_RESOLVE_FAILED: "remove the tag; kubectl does not read it",
};

/** The library's error in our shape; a template that was never rendered is called one. */
export function syntaxProblem(error: YAMLError, text: string, start: number): ReadProblem {
  const offset = error.pos[0];
  if (hasTemplate(text, offset)) {
    return new ReadProblem(
      "template-not-rendered",
      start + offset,
      'This line holds "{{": the file is a template that has not been rendered.',
      "render it first (helm template NAME CHART) and pass the result",
    );
  }
  const sentence = error.message.split("\n")[0] as string;
  return new ReadProblem(
    "yaml-syntax",
    start + offset,
    `This is not YAML: ${lowerFirst(clean(sentence))}.`,
    REMEDIES[error.code] ?? "check the indentation and the quotes on this line and the one before",
  );
}

/** The library quotes the input; only the words before the quotation are passed on. */
function clean(sentence: string): string {
  return (sentence.split(/[:"\p{Cc}]/u)[0] as string).trim().slice(0, 100);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function hasTemplate(text: string, offset: number): boolean {
  const from = text.lastIndexOf("\n", Math.max(0, offset - 1)) + 1;
  const next = text.indexOf("\n", offset);
  const line = text.slice(from, next === -1 ? text.length : next).slice(0, 1_000);
  return line.includes("{{");
}
