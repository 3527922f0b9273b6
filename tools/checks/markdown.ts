import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun, root } from "./workspace.ts";

/** A fenced block of a page, and the `text` block right below it, which says what it prints. */
export interface Example {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  readonly expected: string | undefined;
}

/** README and everything under docs, as committed or about to be. */
export function pages(): readonly string[] {
  const listed = mustRun("git", ["ls-files", "-co", "--exclude-standard", "README.md", "docs"]);
  return listed.split("\n").filter((file) => file.endsWith(".md"));
}

export function examplesOf(page: string): readonly Example[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = [...text.matchAll(/^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? "",
    text: match[2] ?? "",
    start: match.index,
    end: match.index + match[0].length,
  }));
  return blocks.flatMap((block, index) => {
    const next = blocks[index + 1];
    const answered = next?.language === "text" && text.slice(block.end, next.start).trim() === "";
    const { language, text: code } = block;
    const line = text.slice(0, block.start).split("\n").length + 1;
    return [{ page, line, language, text: code, expected: answered ? next.text : undefined }];
  });
}

/**
 * Compares what was printed with what a page shows. A line `…` on the page stands for any number
 * of lines, so that a long output can be shown in part.
 */
export function assertPrinted(example: Example, printed: string): void {
  if (example.expected === undefined) return;
  const shown = example.expected.trimEnd();
  const escaped = shown.split(ELISION).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(`^${escaped.join("[\\s\\S]*?")}$`);
  const actual = trimmed(printed);
  if (pattern.test(actual)) return;
  throw new Error(`The page says:\n${shown}\n\nIt printed:\n${actual}`);
}

/** Puts what was printed into the page. What it shows in part is left for a person to choose. */
export function showPrinted(example: Example, printed: string): void {
  const { page, language, text, expected } = example;
  if (expected === undefined || ELISION.test(expected)) return;
  const block = (output: string) => `${language}\n${text}\`\`\`\n\n\`\`\`text\n${output}\`\`\``;
  const file = join(root, page);
  const before = readFileSync(file, "utf8");
  const after = before.split(block(expected)).join(block(`${trimmed(printed)}\n`));
  if (after !== before) writeFileSync(file, after);
}

const ELISION = /^…$/m;

function trimmed(printed: string): string {
  return printed.replace(/[ \t]+$/gm, "").trimEnd();
}
