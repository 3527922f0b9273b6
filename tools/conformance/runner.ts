import { JsonSyntaxError, readJson } from "./json-reader.ts";
import type { SplitRecord, Suite, VectorRecord, Verdict } from "./suite.ts";

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

/** What the runner needs of the world around it. */
export interface ConformanceIo {
  /** The text of a file; throws where it cannot be read. */
  read(file: string): string;
  out(text: string): void;
  err(text: string): void;
}

/**
 * Runs `SUITE FILE…` and answers the exit code: 0 within the suite's allowance, 1 not, 2 where nothing
 * could be judged.
 */
export async function runConformance(
  args: readonly string[],
  suites: readonly Suite[],
  io: ConformanceIo,
): Promise<number> {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) {
    io.out(help(suites));
    return args.length === 0 ? 2 : 0;
  }
  try {
    const [name = "", ...files] = args;
    const suite = suiteNamed(name, suites);
    if (files.length === 0) throw new UnusableInput(`Name at least one file of ${name} vectors.`);
    const tally = emptyTally();
    for (const file of files) await runFile(suite, file, io, tally);
    return report(suite, tally, io);
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error;
    io.err(`${error.message}\n`);
    return 2;
  }
}

function suiteNamed(name: string, suites: readonly Suite[]): Suite {
  const suite = suites.find((one) => one.name === name);
  if (suite !== undefined) return suite;
  const known = suites.map((one) => one.name).join(", ");
  throw new UnusableInput(`Unknown suite "${name}". Known: ${known}.`);
}

function emptyTally(): Tally {
  return { passed: 0, failed: 0, refused: 0, notComparable: 0, differences: [], unshown: 0 };
}

async function runFile(suite: Suite, file: string, io: ConformanceIo, tally: Tally): Promise<void> {
  const text = read(file, io);
  const parts = suite.split?.(text);
  if (parts !== undefined) {
    if (parts.length === 0) throw new UnusableInput(`${file}: holds no record.`);
    for (const part of parts) await runPart(suite, part, io, tally);
    return;
  }
  let records = 0;
  const lines = isOneValue(text) ? [text] : text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const { id, verdict } = await runLine(suite, line, `${file}:${index + 1}`);
    count(tally, id, verdict);
    records += 1;
  }
  if (records === 0) throw new UnusableInput(`${file}: holds no record.`);
}

/** One JSON value over several lines, as a file of another kind may be. */
function isOneValue(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function runPart(
  suite: Suite,
  { id, input }: SplitRecord,
  io: ConformanceIo,
  tally: Tally,
): Promise<void> {
  const verdict = await judged(suite, input, { id, fields: input, textOf: () => "" });
  const [first = ""] = verdict.differences;
  io.out(`${verdict.outcome.padEnd(6)}  ${id}${first === "" ? "" : `: ${short(first)}`}\n`);
  count(tally, id, verdict);
}

function read(file: string, io: ConformanceIo): string {
  try {
    return io.read(file).replace(/^\uFEFF/, "");
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
  const fields: { [key: string]: unknown } = typeof value === "object" ? { ...value } : {};
  if (!suite.wholeRecord && !("input" in fields && "output" in fields)) {
    throw new UnusableInput(`${place}: not a record with "input" and "output".`);
  }
  const missing = suite.fields?.find((path) => !hasPath(fields, path));
  if (missing !== undefined) {
    throw new UnusableInput(`${place}: not a record of ${suite.name}: it has no ${missing}.`);
  }
  const id = typeof fields.id === "string" ? fields.id : place;
  const input = suite.wholeRecord ? fields : fields.input;
  return { id, verdict: await judged(suite, input, { id, fields, textOf }) };
}

function hasPath(value: unknown, path: string): boolean {
  let at = value;
  for (const name of path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return false;
    at = (at as { readonly [key: string]: unknown })[name];
  }
  return true;
}

async function judged(suite: Suite, input: unknown, record: VectorRecord): Promise<Verdict> {
  try {
    return await suite.run(input, record.fields.output, record);
  } catch (error) {
    // A crash of ours on one record must not hide the others.
    return { outcome: "failed", differences: [`threw ${told(error)}`] };
  }
}

/** Name, message and place of an error, in one line without folders. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [place] = /[\w.-]+\.ts:\d+/.exec(error.stack ?? "") ?? [];
  return `${error.name}: ${error.message}${place === undefined ? "" : ` (${place})`}`;
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
      tally.differences.push(short(`${id}: ${difference}`));
    } else {
      tally.unshown += 1;
    }
  }
}

function short(text: string): string {
  return text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text;
}

function report(suite: Suite, tally: Tally, { out }: ConformanceIo): number {
  const { passed, failed, refused, notComparable, differences, unshown } = tally;
  for (const difference of differences) out(`${difference}\n`);
  if (unshown > 0) out(`… and ${unshown} more differences\n`);
  const total = passed + failed + refused + notComparable;
  const tooManyRefused = refused > (suite.refusable ?? 0) * total;
  if (tooManyRefused) {
    out(`refused: more than ${100 * (suite.refusable ?? 0)} % of the records\n`);
  }
  out(`${passed} passed, ${failed} failed, ${refused} refused, ${notComparable} not comparable\n`);
  const withinAllowance = failed <= (suite.allowance ?? 0) * (passed + failed);
  return withinAllowance && !tooManyRefused ? 0 : 1;
}

function help(suites: readonly Suite[]): string {
  const width = Math.max(...suites.map(({ name }) => name.length));
  const lines = suites.map(({ name, about, allowance = 0 }) => {
    const allowed =
      allowance > 0
        ? ` (up to ${Number((100 * allowance).toFixed(1))} % of the compared may differ)`
        : "";
    return `  ${name.padEnd(width)}  ${about}${allowed}`;
  });
  return `npm run conformance -- SUITE FILE…

Runs vectors recorded from real Kubernetes code (JSON Lines: one {"id", "input", "output"} a line)
through the model and compares. Suite captures takes whole capture files and tells of each situation.

Suites:
${lines.join("\n")}

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
  were refused, 1 otherwise, 2 for an unknown suite, a file that cannot be read or holds no record, a line
  that is not JSON or is a record of another suite.
`;
}
