import type { SourcePosition } from "./diagnostic.ts";

/** Turns offsets in a file's text into lines and columns, both counted from 1. */
export interface LineIndex {
  position(offset: number): SourcePosition;
}

/** Nothing is read until the first position is asked for: most files are never complained about. */
export function lineIndex(file: string, text: string): LineIndex {
  let starts: number[] | undefined;
  return {
    position(offset) {
      starts ??= lineStarts(text);
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if ((starts[middle] as number) <= offset) low = middle;
        else high = middle - 1;
      }
      return { file, line: low + 1, column: offset - (starts[low] as number) + 1 };
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
