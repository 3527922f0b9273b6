import type { CallEdge, Result } from "./result.ts";
import { hanging } from "./words/layout.ts";

const MOST_CALLERS = 12;

/** What was taken from the input, a few lines: how much of it, where requests begin, who calls whom. */
export function inputLines({ input }: Result, width: number): readonly string[] {
  const { services, callGraph, entries = [], nodes } = input;
  if (services.length === 0) return [];
  const workloads = new Set(services.flatMap((service) => service.workloads));
  const zones = nodes.map(({ zone, nodes: count }) => `${zone} ${count}`).join(", ");
  const begins = entries.map(({ name, rate, evidence }) => `${name} (${rate}, ${evidence})`);
  return [
    "Input",
    ...hanging(
      "  ",
      `${plural(services.length, "Service")} over ${plural(workloads.size, "backend")}; nodes: ${zones}`,
      width,
    ),
    ...hanging("  ", `Requests begin at ${begins.join(", ") || "nobody"}`, width),
    ...callerLines(callGraph, width),
  ];
}

function callerLines(callGraph: readonly CallEdge[], width: number): readonly string[] {
  const byCaller = new Map<string, string[]>();
  for (const { from, to } of callGraph) {
    byCaller.set(from, [...(byCaller.get(from) ?? []), lastPart(to)]);
  }
  const lines = [...byCaller].map(([from, to]) => `${lastPart(from)} calls ${to.join(", ")}`);
  const more = lines.length - MOST_CALLERS;
  return [
    ...lines.slice(0, MOST_CALLERS).flatMap((line) => hanging("  ", line, width)),
    ...(more > 0 ? [`  … and ${plural(more, "more caller")}`] : []),
  ];
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
