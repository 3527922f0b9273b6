import { parseArgs } from "node:util";
import type { CommandSpec, Invocation, OptionSpec } from "./option.ts";
import { UsageError } from "./usage-error.ts";

const HELP: OptionSpec = { name: "help", short: "h", kind: "flag", description: "Show this help." };

function optionsOf(command: CommandSpec): readonly OptionSpec[] {
  return [...command.groups.flatMap((group) => group.options), HELP];
}

/** Reads the words behind a command's name. Values stay texts: a seed `007` is not a number. */
export function parseCommandLine(command: CommandSpec, words: readonly string[]): Invocation {
  const specs = optionsOf(command);
  const parsed = parsedWords(command, specs, words);
  const flags = new Set<string>();
  const values = new Map<string, readonly string[]>();
  for (const spec of specs) {
    const given = parsed.values[spec.name];
    if (given === undefined) continue;
    if (spec.kind === "flag") flags.add(spec.name);
    else values.set(spec.name, given as string[]);
  }
  checkGivenOnce(command, specs, values);
  const typed = ["k8s-netsim", command.name, ...deciding(words)].map(quoted).join(" ");
  return { positionals: parsed.positionals, flags, values, typed };
}

/**
 * The words that decide what comes out. Where it is written does not: the same question gives the
 * same bytes in any folder, and a report that is passed on names no folder of its maker.
 */
function deciding(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return words.filter((word, index) => {
    if (end >= 0 && index >= end) return true;
    return !(word === "--out" || word.startsWith("--out=") || words[index - 1] === "--out");
  });
}

function parsedWords(
  command: CommandSpec,
  specs: readonly OptionSpec[],
  words: readonly string[],
): { values: Record<string, unknown>; positionals: string[] } {
  const options = Object.fromEntries(
    specs.map((spec) => [
      spec.name,
      {
        type: spec.kind === "flag" ? ("boolean" as const) : ("string" as const),
        ...(spec.kind === "flag" ? {} : { multiple: true }),
        ...(spec.short === undefined ? {} : { short: spec.short }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(/\.?(?:\n| (?=[A-Z]))/);
    throw new UsageError(
      "bad-command-line",
      `${reason}${reason.endsWith(".") ? "" : "."}`,
      `${reason.includes("ambiguous") ? "a value that begins with a dash is joined by an equals sign, as in --seed=-1; " : ""}see k8s-netsim ${command.name} --help.${nearest(specs, words)}`,
    );
  }
}

function checkGivenOnce(
  command: CommandSpec,
  specs: readonly OptionSpec[],
  values: ReadonlyMap<string, readonly string[]>,
): void {
  for (const spec of specs) {
    if (spec.kind === "text" && (values.get(spec.name)?.length ?? 0) > 1) {
      throw new UsageError(
        "option-repeated",
        `--${spec.name} is given more than once.`,
        `give it once; see k8s-netsim ${command.name} --help.`,
      );
    }
  }
}

/** An option with nearly the name of one that is unknown. */
function nearest(specs: readonly OptionSpec[], words: readonly string[]): string {
  const names = new Set(specs.map((spec) => spec.name));
  const unknown = words
    .filter((word) => word.startsWith("--"))
    .map((word) => word.slice(2).split("=")[0] as string)
    .find((name) => !names.has(name));
  if (unknown === undefined) return "";
  const like = [...names].find((name) => editDistance(name, unknown) <= 2);
  return like === undefined ? "" : ` Did you mean --${like}?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** A word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
