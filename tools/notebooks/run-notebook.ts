import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Output, recordWith } from "../../notebooks/runtime/display.ts";
import { type Cell, instrument, NotebookError, parseNotebook } from "./notebook.ts";

export interface ExecutedCell extends Cell {
  readonly outputs: readonly Output[];
}

const runtime = new URL("../../notebooks/runtime/display.ts", import.meta.url).href;

/**
 * Runs a notebook from its first cell to its last and returns the cells with what they displayed.
 * `shownAs` names it in errors.
 *
 * @throws NotebookError with file, line and cell, where the notebook does not parse or run.
 */
export async function runNotebook(file: string, shownAs: string): Promise<readonly ExecutedCell[]> {
  const text = readFileSync(file, "utf8");
  const cells = parseNotebook(shownAs, text);
  const outputs = cells.map((): Output[] => []);
  let current = 0;
  recordWith({
    startCell: (cell) => {
      current = cell;
    },
    output: (output) => {
      const shown = outputs[current];
      const last = shown?.at(-1);
      if (output.kind === "text" && last?.kind === "text") {
        shown?.splice(-1, 1, { kind: "text", text: `${last.text}\n${output.text}` });
      } else {
        shown?.push(output);
      }
    },
  });
  // Beside the notebook, so that its imports mean the same.
  const program = join(dirname(file), `.${basename(file, ".ts")}-${process.pid}.running.ts`);
  try {
    writeFileSync(program, instrument(text, runtime));
    await import(/* @vite-ignore */ pathToFileURL(program).href);
  } catch (error) {
    throw located(error, { program, shownAs, cells });
  } finally {
    recordWith();
    rmSync(program, { force: true });
  }
  return cells.map((cell, index) => ({ ...cell, outputs: outputs[index] ?? [] }));
}

interface Place {
  readonly program: string;
  readonly shownAs: string;
  readonly cells: readonly Cell[];
}

/** The error with the line of the notebook that it came from: a frame of the stack, or the syntax. */
function located(error: unknown, { program, shownAs, cells }: Place): NotebookError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const name = basename(program).replace(/[.\\]/g, "\\$&");
  const found = new RegExp(`${name}:(\\d+)`).exec(`${message}\n${stack}`);
  const line = found === null ? 1 : Number(found[1]);
  const cell = cells.findLastIndex((one) => one.line <= line) + 1;
  const words = message.replaceAll(program, shownAs);
  return new NotebookError(shownAs, line, `Cell ${cell} failed: ${words}`);
}
