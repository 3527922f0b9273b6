import { visible } from "./visible.ts";

/** Terminal layout: plain strings in, lines out. Widths count characters, not columns of CJK text. */

/** Breaks text into lines of at most `width`; a word longer than that stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of visible(text).split(/ +/)) {
    if (line !== "" && length(line) + 1 + length(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Wrapped text whose first line starts with `mark` and whose others line up under it. */
export function hanging(mark: string, text: string, width: number): readonly string[] {
  const room = Math.max(20, width - length(mark));
  return wrap(text, room).map(
    (line, index) => (index === 0 ? mark : " ".repeat(length(mark))) + line,
  );
}

/** Rows in aligned columns two spaces apart; all but the first column are set to the right. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, length(cell));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const gap = " ".repeat((widths[index] ?? 0) - length(cell));
        return index === 0 ? cell + gap : gap + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}

function length(text: string): number {
  return [...text].length;
}
