import type { Contender } from "./contender.ts";

/** So much room for young objects that none is collected while garbage is counted. */
const ROOM = ["--min-semi-space-size=1024", "--max-semi-space-size=1024", "--expose-gc"];

/** The same program in a process in which nothing is collected for a long time. */
export function withRoom({ engine, command }: Contender): Contender {
  if ("missing" in command) return { engine, command };
  const [node, ...rest] = command;
  return { engine, command: [node as string, ...ROOM, ...rest] };
}
