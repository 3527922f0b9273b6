import { VERSION } from "../version.ts";
import { commandHelp, programHelp } from "./help.ts";
import type { CommandSpec } from "./option.ts";
import { parseCommandLine } from "./parse.ts";
import { printable } from "./printable.ts";
import { UsageError } from "./usage-error.ts";

/** 0 met or nothing expected, 1 missed, 2 bad input, 3 undecided. */
export const EXIT_CODES = { met: 0, none: 0, missed: 1, badInput: 2, undecided: 3 } as const;

/** Runs one command; errors about the input are told in a sentence, never as a stack trace. */
export async function runProgram(
  commands: readonly CommandSpec[],
  words: readonly string[],
): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    return help(commands, rest[0]);
  }
  if (name === "--version" || name === "version") {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return unknownCommand(commands, name);
  try {
    const invocation = parseCommandLine(command, rest);
    if (invocation.flags.has("help")) {
      process.stdout.write(commandHelp(command));
      return 0;
    }
    return await command.run(invocation);
  } catch (error) {
    return failed(error);
  }
}

function help(commands: readonly CommandSpec[], name: string | undefined): number {
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined && name !== undefined && !name.startsWith("-")) {
    return unknownCommand(commands, name);
  }
  process.stdout.write(
    command === undefined ? programHelp(commands, VERSION) : commandHelp(command),
  );
  return 0;
}

function unknownCommand(commands: readonly CommandSpec[], name: string): number {
  const known = commands.map((command) => command.name).join(", ");
  process.stderr.write(
    `k8s-netsim: there is no command "${printable(name)}".\n  Fix: use one of ${known}; k8s-netsim --help tells more.   [unknown-command]\n`,
  );
  return EXIT_CODES.badInput;
}

interface Remediable {
  readonly code: string;
  readonly remedy?: string | undefined;
}

function failed(error: unknown): number {
  if (error instanceof Error && isRemediable(error)) {
    const { code, remedy } = error;
    const mend = remedy === undefined ? "" : `\n  Fix: ${printable(remedy)}`;
    // Some errors say it in their own words.
    const isTold = error.message.endsWith(`[${code}]`);
    const rest = isTold ? "" : `${mend}   [${code}]`;
    process.stderr.write(`k8s-netsim: ${printable(error.message)}${rest}\n`);
    return EXIT_CODES.badInput;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `k8s-netsim: this is a fault of the program, not of your input; please report it.\n${printable(text)}\n`,
  );
  return EXIT_CODES.badInput;
}

/** Codes of broken promises of our own, whatever remedy they name. */
const OWN_FAULTS: ReadonlySet<unknown> = new Set(["handler-failed"]);

function isRemediable(error: Error): error is Error & Remediable {
  if ("code" in error && OWN_FAULTS.has(error.code)) return false;
  return error instanceof UsageError || ("code" in error && "remedy" in error);
}
