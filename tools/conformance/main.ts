// `npm run conformance -- SUITE FILE…`: runs vectors recorded from real Kubernetes through the model.
import { readFileSync } from "node:fs";
import { JsonSyntaxError, readJson } from "./json-reader.ts";
import type { Suite, Verdict } from "./suite.ts";
import { SUITES } from "./suites/index.ts";

const SHOWN_DIFFERENCES = 20;
const MAX_LINE = 400;

/** Input that cannot be judged at all: told in one line, exit code 2. */
class UnusableInput extends Error {}

interface Tally {
  passed: number;
  failed: number;
  refused: number;
  notComparable: number;
  readonly differences: string[];
  unshown: number;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) {
    process.stdout.write(help());
    return args.length === 0 ? 2 : 0;
  }
  try {
    const [name = "", ...files] = args;
    const suite = suiteNamed(name);
    if (files.length === 0) throw new UnusableInput(`Name at least one file of ${name} vectors.`);
    const tally = emptyTally();
    for (const file of files) await runFile(suite, file, tally);
    return report(suite, tally);
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

function suiteNamed(name: string): Suite {
  const suite = SUITES.find((one) => one.name === name);
  if (suite !== undefined) return suite;
  const known = SUITES.map((one) => one.name).join(", ");
  throw new UnusableInput(`Unknown suite "${name}". Known: ${known}.`);
}

function emptyTally(): Tally {
  return { passed: 0, failed: 0, refused: 0, notComparable: 0, differences: [], unshown: 0 };
}

async function runFile(suite: Suite, file: string, tally: Tally): Promise<void> {
  for (const [index, line] of read(file).split("\n").entries()) {
    if (line.trim() === "") continue;
    const { id, verdict } = await runLine(suite, line, `${file}:${index + 1}`);
    count(tally, id, verdict);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnusableInput(`${file}: cannot be read: ${reason}`);
  }
}

async function runLine(
  suite: Suite,
  line: string,
  place: string,
): Promise<{ id: string; verdict: Verdict }> {
  const { value, textOf } = parse(line, place);
  if (typeof value !== "object" || value === null || !("input" in value && "output" in value)) {
    throw new UnusableInput(`${place}: not a record with "input" and "output".`);
  }
  const fields = value as { [key: string]: unknown };
  const id = typeof fields.id === "string" ? fields.id : place;
  try {
    const verdict = await suite.run(fields.input, fields.output, { id, fields, textOf });
    return { id, verdict };
  } catch (error) {
    // A crash of ours on one record must not hide the others.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const first = text.split("\n").slice(0, 3).join(" | ");
    return { id, verdict: { outcome: "failed", differences: [`threw ${first}`] } };
  }
}

function parse(line: string, place: string): ReturnType<typeof readJson> {
  try {
    return readJson(line);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new UnusableInput(`${place}:${error.offset + 1}: not JSON: ${error.message}.`);
  }
}

function count(tally: Tally, id: string, { outcome, differences }: Verdict): void {
  if (outcome === "not comparable") tally.notComparable += 1;
  else tally[outcome] += 1;
  if (outcome !== "failed") return;
  for (const difference of differences.length === 0 ? ["failed"] : differences) {
    if (tally.differences.length < SHOWN_DIFFERENCES) {
      const text = `${id}: ${difference}`;
      tally.differences.push(text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text);
    } else {
      tally.unshown += 1;
    }
  }
}

function report(suite: Suite, tally: Tally): number {
  const { passed, failed, refused, notComparable, differences, unshown } = tally;
  for (const difference of differences) process.stdout.write(`${difference}\n`);
  if (unshown > 0) process.stdout.write(`… and ${unshown} more differences\n`);
  const total = passed + failed + refused + notComparable;
  const tooManyRefused = refused > (suite.refusable ?? 0) * total;
  if (tooManyRefused) {
    process.stdout.write(`refused: more than ${100 * (suite.refusable ?? 0)} % of the records\n`);
  }
  process.stdout.write(
    `${passed} passed, ${failed} failed, ${refused} refused, ${notComparable} not comparable\n`,
  );
  const withinAllowance = failed <= (suite.allowance ?? 0) * (passed + failed);
  return withinAllowance && !tooManyRefused ? 0 : 1;
}

function help(): string {
  const width = Math.max(...SUITES.map(({ name }) => name.length));
  const suites = SUITES.map(({ name, about, allowance = 0 }) => {
    const allowed = allowance > 0 ? ` (up to ${100 * allowance} % of the compared may differ)` : "";
    return `  ${name.padEnd(width)}  ${about}${allowed}`;
  });
  return `npm run conformance -- SUITE FILE…

Runs vectors recorded from real Kubernetes code (JSON Lines: one {"id", "input", "output"} a line)
through the model and compares.

Suites:
${suites.join("\n")}

Rules:
  passed          what the suite compares is equal. Where the record holds several outcomes, ours is
                  one of them; where a flag of the record says inexact, what the record's
                  description calls stable is compared.
  failed          anything else, an error of ours included.
  refused         only suite quantity: a documented quirk of the original, answered by our own coded
                  error; at most 3 % of the records.
  not comparable  the kind is not simulated, or the record itself says that it is not to be compared.
  No record is skipped by its id.

Output: each difference, at most ${SHOWN_DIFFERENCES}, then how many more, then
  N passed, N failed, N refused, N not comparable

Exit code: 0 when failed is within the suite's allowance (0 where none is named) and not too many
  were refused, 1 otherwise, 2 for an unknown suite, an unreadable file or a line that is not JSON.
`;
}
