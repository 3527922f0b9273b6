/** An option of a command: what `--help` says of it and how it is read. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** `flag` takes no value, `text` one, `texts` may be given again and again. */
  readonly kind: "flag" | "text" | "texts";
  /** What stands for the value in the help: `FILE|DIR`. */
  readonly value?: string;
  readonly description: string;
  /** Shown in the help; the command itself applies it. */
  readonly default?: string;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionSpec[];
}

/** One verb of the command line. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly description: string;
  readonly groups: readonly OptionGroup[];
  readonly examples: readonly string[];
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** A command line that was understood. */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The whole command as it can be typed again. */
  readonly typed: string;
}

export function textOf(invocation: Invocation, name: string): string | undefined {
  return invocation.values.get(name)?.at(-1);
}

export function textsOf(invocation: Invocation, name: string): readonly string[] {
  return invocation.values.get(name) ?? [];
}
