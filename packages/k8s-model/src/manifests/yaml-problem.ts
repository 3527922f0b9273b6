import type { YAMLError } from "yaml";
import { ReadProblem } from "./problem.ts";

/** What is wrong and how to mend it, by the library's code: its own words are about its grammar. */
const PROBLEMS: Readonly<Record<string, readonly [string, string]>> = {
  TAB_AS_INDENT: [
    "This line is indented with a tab, which YAML does not accept.",
    "indent with spaces",
  ],
  BAD_INDENT: [
    "This line is indented differently from its neighbours, so it belongs to no map or list.",
    "line the fields of one map, or the items of one list, up under each other",
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    'A second ": " stands where a value ends: the line is indented too far, or its text holds a colon.',
    "line the fields up, or put the text in quotes",
  ],
  BLOCK_IN_FLOW: [
    "An indented block starts inside brackets that are still open.",
    "close the bracket before, or go on inside it with commas",
  ],
  MISSING_CHAR: [
    "Something that was opened here or before is not closed, or a separator is missing.",
    'look for a missing quote, bracket, comma or ":", often on the line before',
  ],
  MULTILINE_IMPLICIT_KEY: [
    "A field's name goes over more than one line.",
    'check that each field has a ":" followed by a space, also on the line before',
  ],
  BAD_DQ_ESCAPE: [
    "A backslash in double quotes starts an escape that YAML does not know.",
    "double the backslash, or use single quotes",
  ],
  BAD_SCALAR_START: [
    "A text cannot start with this character unless it is quoted.",
    "put the text in quotes",
  ],
  BAD_ALIAS: ["An alias has no name.", "quote the text if no alias is meant"],
  MULTIPLE_ANCHORS: ["A value has two anchors.", "leave one"],
  MULTIPLE_TAGS: ["A value has two tags.", "leave one"],
  TAG_RESOLVE_FAILED: ["A tag is not one that kubectl reads.", "remove the tag"],
};

const UNEXPECTED: readonly [string, string] = [
  "This cannot stand here in YAML.",
  "check the indentation and the quotes on this line and the one before",
];

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
  const [message, remedy] = PROBLEMS[error.code] ?? UNEXPECTED;
  return new ReadProblem("yaml-syntax", start + offset, message, remedy);
}

function hasTemplate(text: string, offset: number): boolean {
  const from = text.lastIndexOf("\n", Math.max(0, offset - 1)) + 1;
  const next = text.indexOf("\n", offset);
  const line = text.slice(from, next === -1 ? text.length : next).slice(0, 1_000);
  return line.includes("{{");
}
