import type { StudyTable } from "@k8s-netsim/k8s-model/scenario";
import {
  type Choice,
  choicesOf,
  percent,
  type RoutingMetric,
  type RoutingResult,
} from "./choice.ts";
import { countsOf } from "./shapes.ts";

/** The setting to choose for each shape, what each setting does there, and who got hints. */
export function routingTables(results: readonly RoutingResult[]): readonly StudyTable[] {
  const choices = choicesOf(results);
  return [
    chosen(choices),
    cheaper(choices),
    HOW_TO_SET,
    bySetting(results, "cost", "Cost of zone traffic a month", "usd-per-month"),
    bySetting(results, "p99", "Latency p99", "ns"),
    bySetting(results, "zoneLoad", "Load of the busiest zone's pods", "share"),
    bySetting(results, "failed", "Failed requests", "share"),
    hints(results),
  ].filter(({ rows }) => rows.length > 0);
}

function chosen(choices: readonly Choice[]): StudyTable {
  return {
    title: "The setting to choose",
    note: "Pods, callers: in zones a, b, c. Now: Default. Then: the setting to choose.",
    columns: [
      { label: "shape" },
      { label: "pods" },
      { label: "callers" },
      { label: "choose" },
      { label: "cross-zone now", unit: "share" },
      { label: "then", unit: "share" },
      { label: "cost now", unit: "usd-per-month" },
      { label: "then", unit: "usd-per-month" },
      { label: "p99 now", unit: "ns" },
      { label: "then", unit: "ns" },
    ],
    rows: choices.map(({ shape, today, chosen }) => [
      shape,
      countsOf(shape, "pods"),
      countsOf(shape, "callers"),
      chosen === undefined ? "none" : String(chosen.parameters.policy),
      ...(["crossZone", "cost", "p99"] as const).flatMap((metric) => [
        today?.values[metric] ?? null,
        chosen?.values[metric] ?? null,
      ]),
    ]),
  };
}

const HOW_TO_SET: StudyTable = {
  title: "How to set it",
  columns: [{ label: "setting" }, { label: "on the Service" }],
  rows: [
    ["PreferSameZone", "spec.trafficDistribution: PreferSameZone (before 1.34: PreferClose)"],
    ["PreferSameNode", "spec.trafficDistribution: PreferSameNode (from 1.34 on)"],
    ["hints", 'metadata.annotations: service.kubernetes.io/topology-mode: "Auto"'],
    ["Local", "spec.internalTrafficPolicy: Local"],
    [
      "topologyKeys",
      'spec.topologyKeys: ["topology.kubernetes.io/zone", "*"] (1.17 to 1.21; gone)',
    ],
  ],
};

/** Settings that cost less than the one to choose, and what they would do. */
function cheaper(choices: readonly Choice[]): StudyTable {
  return {
    title: "Cheaper, but",
    columns: [{ label: "shape" }, { label: "setting" }, { label: "what it does" }],
    rows: choices.flatMap(({ shape, rejected }) =>
      [...new Set(rejected.map(({ why }) => why))].map((reason) => [
        shape,
        rejected
          .filter(({ why }) => why === reason)
          .map(({ policy }) => policy)
          .join(", "),
        reason,
      ]),
    ),
  };
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
    note: "The controller gives each zone endpoints by its share of CPU, and none at all where a zone would get too few.",
    columns: [
      { label: "shape" },
      { label: "endpoints", unit: "count" },
      { label: "callers' nodes with hints" },
      { label: "refused, in the Service's last event" },
    ],
    rows: results
      .filter(({ parameters }) => parameters.policy === "hints")
      .map(({ parameters, values, notes }) => [
        String(parameters.shape),
        values.endpoints ?? null,
        percent(values.hinted ?? 0),
        notes.refused ?? "",
      ]),
  };
}
