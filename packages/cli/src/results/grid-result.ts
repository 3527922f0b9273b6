import {
  type MetricFormat,
  type NamedClaim,
  overall,
  type Parameters,
} from "@k8s-netsim/k8s-model/scenario";
import type { Result } from "@k8s-netsim/reports";
import type { Interval } from "@k8s-netsim/sim-core";
import { estimateOf } from "./estimates.ts";

/** A combination of parameters with what it came to. */
export interface GridConfiguration {
  readonly id: string;
  readonly label: string;
  readonly parameters: Parameters;
  readonly metrics: ReadonlyMap<string, Interval>;
  readonly differences: ReadonlyMap<string, Interval>;
  /** Id of the configuration that `differences` are from; the first one where absent. */
  readonly comparedWith?: string;
}

type GridPart = Pick<
  Result,
  "configurations" | "measures" | "estimates" | "differences" | "expectations" | "verdict"
>;

/** What every scenario reports of its grid of configurations. */
export function gridOf(
  configurations: readonly GridConfiguration[],
  formats: Readonly<Record<string, MetricFormat | undefined>> = {},
  expectations: readonly NamedClaim[] = [],
): GridPart {
  const [first] = configurations;
  const ids = new Set(configurations.flatMap(({ metrics }) => [...metrics.keys()]));
  return {
    configurations: configurations.map(({ id, label, parameters }) => ({ id, label, parameters })),
    measures: [...ids].map((id) => {
      const format = Object.hasOwn(formats, id) ? formats[id] : undefined;
      return {
        id,
        label: format?.label ?? id,
        unit: format?.unit ?? "count",
        better: format?.better ?? "neither",
        description: format?.description ?? "",
      };
    }),
    estimates: configurations.flatMap(({ id, metrics }) =>
      [...metrics].map(([measure, interval]) => ({
        measure,
        configuration: id,
        scope: "all",
        estimate: estimateOf(interval),
      })),
    ),
    differences: configurations.flatMap(({ id, differences, comparedWith }) =>
      [...differences].map(([measure, interval]) => ({
        measure,
        from: comparedWith ?? first?.id ?? id,
        to: id,
        scope: "all",
        estimate: estimateOf(interval),
        relative: null,
      })),
    ),
    expectations: expectations.map(({ name, verdict, reason }) => ({
      text: name,
      verdict,
      reason,
    })),
    verdict: overall(expectations.map(({ verdict }) => verdict)),
  };
}

/** How the expectations came out, in a sentence. */
export function judgedInWords(expectations: readonly NamedClaim[]): string {
  if (expectations.length === 0) return "The table shows every configuration with its intervals.";
  const named = (verdict: NamedClaim["verdict"]): string[] =>
    expectations.filter((one) => one.verdict === verdict).map(({ name }) => name);
  const open = (["missed", "undecided"] as const).flatMap((verdict) => {
    const names = named(verdict);
    return names.length === 0 ? [] : [`${verdict}: ${names.join("; ")}`];
  });
  const { length: met } = named("met");
  const { length: all } = expectations;
  if (met === all)
    return all === 1 ? "The expectation is met." : `All ${all} expectations are met.`;
  return `${met} of ${all} expectations are met; ${open.join("; ")}.`;
}
