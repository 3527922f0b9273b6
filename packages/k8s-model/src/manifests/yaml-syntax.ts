import { Composer, type Document, Lexer, Parser } from "yaml";

/** The documents of one piece of YAML, or why there are none. Offsets count from the piece. */
export type YamlSyntax =
  | { readonly documents: readonly Document[] }
  | { readonly tooDeepAt: number };

/** Kubernetes objects nest some 30 levels deep; more than this is not one. */
export const MAX_DEPTH = 250;

const COMPOSER_OPTIONS = {
  // Every scalar stays text here: what it means is decided by kubectl's rules, not the library's.
  schema: "failsafe",
  // The library compares each key with each other one; duplicates are found with a set instead.
  uniqueKeys: false,
  merge: false,
  prettyErrors: false,
  strict: true,
  logLevel: "silent",
} as const;

/**
 * Syntax of a piece of YAML. The library's composer recurses, and a file of nested brackets can
 * bring the process down, so depth is measured on the token stream before anything is composed.
 */
export function yamlSyntax(text: string): YamlSyntax {
  const parser = new Parser();
  const tokens = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH) return { tooDeepAt: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  const composer = new Composer(COMPOSER_OPTIONS);
  const documents: Document[] = [];
  for (const token of tokens) for (const document of composer.next(token)) documents.push(document);
  for (const document of composer.end(false, text.length)) documents.push(document);
  return { documents };
}
