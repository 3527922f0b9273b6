import {
  type Result,
  renderHtml,
  renderJson,
  renderJUnit,
  renderMarkdown,
  renderText,
} from "@k8s-netsim/reports";
import type { Invocation } from "../command-line/option.ts";
import { textOf } from "../command-line/option.ts";
import { EXIT_CODES } from "../command-line/program.ts";
import { checkFolder, writeFiles } from "./write-files.ts";

const NARROWEST = 60;
const WIDEST = 120;

/** Shows a result, writes its files where `--out` asks for them, and gives the exit code. */
export function deliver(result: Result, invocation: Invocation): number {
  const out = textOf(invocation, "out");
  const written = out === undefined ? [] : writeFiles(out, resultFiles(result));
  if (invocation.flags.has("json")) process.stdout.write(renderJson(result));
  else {
    process.stdout.write(renderText(result, terminal()));
    for (const file of written) process.stdout.write(`wrote ${file}\n`);
  }
  return EXIT_CODES[result.verdict];
}

/** Fails before the work where its result could not be written after it. */
export function checkDelivery(invocation: Invocation): void {
  const out = textOf(invocation, "out");
  if (out !== undefined) checkFolder(out);
}

/** Every form of a result by file name. */
function resultFiles(result: Result): ReadonlyMap<string, string> {
  return new Map([
    ["report.html", renderHtml(result)],
    ["report.md", renderMarkdown(result)],
    ["result.json", renderJson(result)],
    ["junit.xml", renderJUnit(result)],
  ]);
}

function terminal(): { readonly colour: boolean; readonly width: number } {
  const { stdout, env } = process;
  const colour = stdout.isTTY === true && env.NO_COLOR === undefined;
  const columns = stdout.isTTY === true ? stdout.columns : WIDEST - 20;
  return { colour, width: Math.min(WIDEST, Math.max(NARROWEST, columns)) };
}
