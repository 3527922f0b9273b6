import { visible } from "./visible.ts";

/** Text for one line of Markdown: nothing in it is markup, and a table around it stays a table. */
export function markdownText(text: string): string {
  return visible(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]|~]/g, "\\$&")
    .replace(/^([#+=-])/, "\\$1")
    .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2")
    .trim();
}

/** A fenced block of Markdown, the fence longer than any run of backticks inside. */
export function markdownFence(language: string, text: string): string {
  const body = visible(text, { keepLines: true }).replace(/\n+$/, "");
  const longest = Math.max(2, ...(body.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${body}\n${fence}`;
}

/** Rows of Markdown cells, already escaped, as a table; `numeric` columns are set to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: ReadonlySet<number> = new Set(),
): string {
  const rule = head.map((_, index) => (numeric.has(index) ? "---:" : "---"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
