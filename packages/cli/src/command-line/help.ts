import type { CommandSpec, OptionGroup, OptionSpec } from "./option.ts";

const WIDTH = 96;
const COLUMN = 34;

/** The help of one command. */
export function commandHelp(command: CommandSpec): string {
  const groups: readonly OptionGroup[] = [
    ...command.groups,
    {
      title: "Help",
      options: [{ name: "help", short: "h", kind: "flag", description: "Show this help." }],
    },
  ];
  const sections = [
    `Usage: ${command.usage}`,
    wrap(command.description, WIDTH).join("\n"),
    ...groups.map((group) => [`${group.title}:`, ...group.options.flatMap(optionHelp)].join("\n")),
    ["Examples:", ...command.examples.map((example) => `  ${example}`)].join("\n"),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** The help of the whole program. */
export function programHelp(commands: readonly CommandSpec[], version: string): string {
  const width = 2 + Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return `${[
    `k8s-netsim ${version} — what happens to clients, bill and control plane if I change this?`,
    "Usage: k8s-netsim COMMAND [OPTIONS]",
    ["Commands:", ...rows].join("\n"),
    [
      "Exit codes:",
      "  0  it ran, and every expectation is met",
      "  1  an expectation is missed",
      "  2  the command line or the input cannot be used",
      "  3  an expectation is undecided: more replications are needed",
    ].join("\n"),
    "Help on one command: k8s-netsim COMMAND --help",
  ].join("\n\n")}\n`;
}

function optionHelp(spec: OptionSpec): string[] {
  const short = spec.short === undefined ? "    " : `-${spec.short}, `;
  const value = spec.kind === "flag" ? "" : ` ${spec.value ?? "VALUE"}`;
  const more = spec.kind === "texts" ? " …" : "";
  const left = `  ${short}--${spec.name}${value}${more}`;
  const fallback = spec.default === undefined ? "" : ` (default: ${spec.default})`;
  const lines = wrap(`${spec.description}${fallback}`, WIDTH - COLUMN);
  if (left.length >= COLUMN) return [left, ...lines.map((line) => " ".repeat(COLUMN) + line)];
  return lines.map((line, index) => (index === 0 ? left : "").padEnd(COLUMN) + line);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
