import type { Assumption } from "../assumptions/assumption.ts";
import type { SensitivityRow } from "../assumptions/sensitivity.ts";
import type { Finding } from "../findings/finding.ts";
import type { MeasureComparison } from "../measures/comparison.ts";
import type { TrafficTotals } from "../measures/traffic-totals.ts";
import type { Transfer } from "../measures/transfers.ts";
import type { DrainReport } from "../world/drain-report.ts";
import type { FailureTrace } from "../world/failure-trace.ts";
import type { Expectation, ExpectationVerdict } from "./expectation.ts";

/** What a what-if found: the input as it is (`before`) against the input as changed (`after`). */
export interface WhatIfAnswer {
  readonly comparisons: readonly MeasureComparison[];
  /** Without effects where the change happens at a time: only steady states are varied. */
  readonly sensitivity: readonly SensitivityRow[];
  readonly findings: readonly Finding[];
  readonly expectations: readonly JudgedExpectation[];
  readonly before: ConfigurationSummary;
  readonly after: ConfigurationSummary;
  /** Bytes over a distance that the price table has no price for, in all runs. */
  readonly unpricedBytes: number;
  /** What is taken for granted about faults. */
  readonly faultAssumptions: readonly Pick<Assumption, "name" | "value" | "source">[];
}

/** One side of the comparison as the model built it. */
export interface ConfigurationSummary {
  readonly totals: TrafficTotals;
  /** The bill's rows by source, Service and zone pair, most bytes first. */
  readonly transfers: readonly Transfer[];
  readonly nodesByZone: ReadonlyMap<string, number>;
  /** Ready endpoints by Service, then by zone. */
  readonly endpointsByZone: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Attempts that failed during change, followed back: the first of each cause, of the first run. */
  readonly failures: readonly FailureTrace[];
  /** Drains of the first run. */
  readonly drains: readonly DrainReport[];
  readonly unschedulable: readonly { readonly pod: string; readonly reason: string }[];
  /** How the controllers changed what the input had, a sentence each. */
  readonly reconciled: readonly string[];
}

export interface JudgedExpectation {
  readonly expectation: Expectation;
  readonly verdict: ExpectationVerdict;
  readonly reason: string;
}
