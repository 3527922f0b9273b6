import type { Diagnostic, SourcePosition } from "../../manifests/diagnostic.ts";
import { EDGE_RATES, type EdgeRate, type ObservedEdge } from "./observed-edge.ts";

/** What was made of an export: edges for `--traffic`, numbers for `--observed`, and what was left out. */
export interface ImportedTraffic {
  readonly edges: readonly ObservedEdge[];
  readonly measures: readonly ImportedMeasure[];
  /** Sentences on what was not taken over. */
  readonly notes: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A number that an export holds beside who sends to whom. */
export interface ImportedMeasure {
  readonly measure: string;
  readonly scope: string;
  readonly value: number;
  readonly unit: string;
}

/** An edge without its amounts. */
export type EdgeName = Pick<ObservedEdge, "source" | "sourceZone" | "destination" | "protocol">;

/** Sums amounts by edge. */
export class EdgeTally {
  readonly #edges = new Map<
    string,
    {
      readonly name: EdgeName;
      readonly at: SourcePosition;
      readonly sums: Partial<Record<EdgeRate, number>>;
    }
  >();

  add(name: EdgeName, rate: EdgeRate, amount: number, at: SourcePosition): void {
    const { source, sourceZone, destination, protocol } = name;
    const key = JSON.stringify([source, sourceZone, destination, protocol]);
    let edge = this.#edges.get(key);
    if (edge === undefined) {
      edge = { name, at, sums: {} };
      this.#edges.set(key, edge);
    }
    edge.sums[rate] = (edge.sums[rate] ?? 0) + amount;
  }

  /** Most requests or bytes first within a source; amounts are divided by `seconds`. */
  edges(seconds = 1): readonly ObservedEdge[] {
    return [...this.#edges.values()]
      .map(({ name, at, sums }) => {
        const rates = EDGE_RATES.flatMap((rate) => {
          const sum = sums[rate];
          return sum === undefined ? [] : [[rate, sum / seconds] as const];
        });
        return { ...name, ...Object.fromEntries(rates), at };
      })
      .sort((a, b) => compare(a.source, b.source) || compare(a.destination, b.destination));
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Counts what is left out, by reason, for one sentence each. */
export class LeftOut {
  readonly #reasons = new Map<string, { count: number; readonly examples: Set<string> }>();

  add(reason: string, example?: string, count = 1): void {
    const known = this.#reasons.get(reason) ?? { count: 0, examples: new Set<string>() };
    this.#reasons.set(reason, known);
    known.count += count;
    if (example !== undefined && known.examples.size < MOST_EXAMPLES) known.examples.add(example);
  }

  /** `What` names one thing and several: `["record", "records"]`. */
  notes([one, several]: readonly [string, string]): readonly string[] {
    return [...this.#reasons].map(([reason, { count, examples }]) => {
      const whose = examples.size === 0 ? "" : ` (${[...examples].join(", ")})`;
      return `${count} ${count === 1 ? one : several} left out: ${reason}${whose}.`;
    });
  }
}

const MOST_EXAMPLES = 5;

/** Broken records are told up to here: a file of another kind would fill the screen. */
export const MOST_PROBLEMS = 20;

export function importProblem(message: string, remedy: string, at: SourcePosition): Diagnostic {
  return { code: "traffic-import", severity: "error", message, remedy, at };
}

/** Requests by Service, where they were counted. */
export function requestMeasures(edges: readonly ObservedEdge[]): readonly ImportedMeasure[] {
  const byService = new Map<string, number>();
  for (const { destination, requestsPerSecond } of edges) {
    if (requestsPerSecond === undefined) continue;
    const scope = destination.replace(/:.*$/, "");
    byService.set(scope, (byService.get(scope) ?? 0) + requestsPerSecond);
  }
  return [...byService].map(([scope, value]) => ({
    measure: "requests",
    scope,
    value,
    unit: "/s",
  }));
}
