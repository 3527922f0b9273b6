import type { StudyTable } from "@k8s-netsim/k8s-model/scenario";
import {
  type Choice,
  choicesOf,
  percent,
  type RoutingMetric,
  type RoutingResult,
} from "./choice.ts";

/** The setting to choose for each shape, what each setting does there, and who got hints. */
export function routingTables(results: readonly RoutingResult[]): readonly StudyTable[] {
  return [
    chosen(results),
    bySetting(results, "cost", "Cost of zone traffic", "usd-per-month"),
    bySetting(results, "p99", "Latency p99", "ns"),
    bySetting(results, "zoneLoad", "Load of the busiest zone's pods", "share"),
    bySetting(results, "failed", "Failed requests", "share"),
    hints(results),
  ].filter(({ rows }) => rows.length > 0);
}

function chosen(results: readonly RoutingResult[]): StudyTable {
  return {
    title: "The setting to choose",
    columns: [
      { label: "shape" },
      { label: "choose" },
      { label: "cross-zone today", unit: "share" },
      { label: "then", unit: "share" },
      { label: "cost today", unit: "usd-per-month" },
      { label: "then", unit: "usd-per-month" },
      { label: "p99 today", unit: "ns" },
      { label: "then", unit: "ns" },
      { label: "cheaper, but" },
    ],
    rows: choicesOf(results).map(({ shape, today, chosen, rejected }) => [
      shape,
      chosen === undefined ? "none" : String(chosen.parameters.policy),
      today?.values.crossZone ?? null,
      chosen?.values.crossZone ?? null,
      today?.values.cost ?? null,
      chosen?.values.cost ?? null,
      today?.values.p99 ?? null,
      chosen?.values.p99 ?? null,
      inWords(rejected),
    ]),
  };
}

/** `PreferSameZone, hints: a zone's pods 108 % loaded; Local: 8.1 % fail`. */
function inWords(rejected: Choice["rejected"]): string {
  const reasons = [...new Set(rejected.map(({ why }) => why))];
  return reasons
    .map((reason) => {
      const policies = rejected.filter(({ why }) => why === reason).map(({ policy }) => policy);
      return `${policies.join(", ")}: ${reason}`;
    })
    .join("; ");
}

function bySetting(
  results: readonly RoutingResult[],
  metric: RoutingMetric,
  title: string,
  unit: NonNullable<StudyTable["columns"][number]["unit"]>,
): StudyTable {
  const policies = [...new Set(results.map(({ parameters }) => String(parameters.policy)))];
  const shapes = [...new Set(results.map(({ parameters }) => String(parameters.shape)))];
  return {
    title,
    columns: [{ label: "shape" }, ...policies.map((label) => ({ label, unit }))],
    rows: shapes.map((shape) => [
      shape,
      ...policies.map((policy) => {
        const of = results.find(
          ({ parameters }) => parameters.shape === shape && parameters.policy === policy,
        );
        return of?.values[metric] ?? null;
      }),
    ]),
  };
}

/** What became of the hints that the annotation asks for. */
function hints(results: readonly RoutingResult[]): StudyTable {
  return {
    title: "Hints of topology mode Auto",
    note: "The controller gives each zone endpoints by its share of CPU, and none at all where that would overload an endpoint by more than 20 %.",
    columns: [
      { label: "shape" },
      { label: "endpoints", unit: "count" },
      { label: "callers' nodes that use them" },
      { label: "last event on the Service" },
    ],
    rows: results
      .filter(({ parameters }) => parameters.policy === "hints")
      .map(({ parameters, values, notes }) => [
        String(parameters.shape),
        values.endpoints ?? null,
        percent(values.hinted ?? 0),
        notes.event ?? "",
      ]),
  };
}
