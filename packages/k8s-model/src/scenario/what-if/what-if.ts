import type { SimTime } from "@k8s-netsim/sim-core";
import type { KubeObject } from "../../api/index.ts";
import {
  compileTraffic,
  expectedFlows,
  type TrafficLedger,
  type TrafficPlan,
  type TrafficSpec,
} from "../../traffic/index.ts";
import { listAssumptions } from "../assumptions/list-assumptions.ts";
import { flowOrder, type SensitivityRow, sensitivity } from "../assumptions/sensitivity.ts";
import type { FaultDefinition } from "../definition/fault-definition.ts";
import { explainCluster } from "../findings/explain-cluster.ts";
import { explainService } from "../findings/explain-service.ts";
import { type Finding, grouped } from "../findings/finding.ts";
import { changeAssumptions, roomLeft } from "../findings/room-left.ts";
import { serviceSituations } from "../findings/situation.ts";
import { compareRuns, type MeasureComparison } from "../measures/comparison.ts";
import { intervalInWords } from "../measures/in-words.ts";
import { EVERYTHING, measureOf, type Observation } from "../measures/measure.ts";
import { observeTraffic, unpricedBytes } from "../measures/observe-traffic.ts";
import { TrafficTotals } from "../measures/traffic-totals.ts";
import { clusterAdvisor } from "../world/cluster-advisor.ts";
import { configurationSummary, type Happenings } from "../world/configuration-summary.ts";
import { type DrainReport, drainInWords } from "../world/drain-report.ts";
import { liveRun } from "../world/live-run.ts";
import { type RestingCluster, restingCluster } from "../world/resting-cluster.ts";
import { needsControlPlane } from "../world/way-options.ts";
import type { ConfigurationSummary, JudgedExpectation, WhatIfAnswer } from "./answer.ts";
import { type Expectation, judge } from "./expectation.ts";
import type { RunSettings } from "./settings.ts";
import { steadyRun } from "./steady-run.ts";

/** One side of the comparison: what is in the cluster, and who calls whom. */
export interface WhatIfSide {
  /** With the defaults of the API server filled in; Nodes included. */
  readonly objects: readonly KubeObject[];
  readonly traffic: TrafficSpec;
}

export interface WhatIfQuestion {
  readonly before: WhatIfSide;
  readonly after: WhatIfSide;
  readonly settings: RunSettings;
  readonly kubernetesVersion: string;
  /** Workloads whose replicas are not ours to propose, with the reason. */
  readonly limits: ReadonlyMap<string, string>;
  readonly expectations: readonly Expectation[];
  /** The change happens at a time after warm-up; without it, and without faults, steady states. */
  readonly applyAtNs?: SimTime;
  readonly faults: readonly FaultDefinition[];
  /** Nothing else changes: the faults strike the changed side alone. */
  readonly faultsAreTheChange?: boolean;
  readonly onProgress?: (done: number, total: number, doing: string) => void;
}

/** Width of the bins of a time line. */
export const TIMELINE_BIN_NS: SimTime = 1_000_000_000 as SimTime;

/** Runs both sides under common random numbers and explains what it finds. */
export function whatIf(question: WhatIfQuestion): WhatIfAnswer {
  const before = restingSide(question, question.before);
  const after = restingSide(question, question.after);
  const isTransient =
    question.applyAtNs !== undefined ||
    question.faults.length > 0 ||
    needsControlPlane(question.settings.ways);
  const runs = isTransient
    ? transientRuns(question, before, after)
    : steadyRuns(question, before, after);
  const services = [
    ...new Set(
      [...before.plan.servicePorts, ...after.plan.servicePorts].map((port) => port.service),
    ),
  ];
  const comparisons = compareRuns(runs.before.observations, runs.after.observations, services);
  return {
    comparisons,
    sensitivity: isTransient
      ? listAssumptions({ traffic: question.before.traffic, settings: question.settings }).map(
          (assumption) => ({ assumption, effects: [] }),
        )
      : assumptionEffects(question, before, after),
    findings: [
      ...runs.after.happened.drains.flatMap(drainFinding),
      ...roomLeft(question.after.objects, question.faults, after, question),
      ...findingsOf(question, after),
    ],
    expectations: question.expectations.map((each) => judgeExpectation(each, comparisons)),
    before: summaryOf(before, runs.before, question),
    after: summaryOf(after, runs.after, question),
    unpricedBytes: runs.before.unpriced + runs.after.unpriced,
    faultAssumptions: changeAssumptions(question.faults),
  };
}

function summaryOf(
  side: Side,
  { totals, happened }: SideRuns,
  { settings }: WhatIfQuestion,
): ConfigurationSummary {
  return configurationSummary(side, side.plan, totals, settings.prices, happened);
}

/** A drain that budgets held up, or that did not end. */
function drainFinding(report: DrainReport): readonly Finding[] {
  const isHeldUp = report.waits.length > 0 || !report.isDone;
  return [
    {
      severity: isHeldUp ? "warning" : "info",
      subject: `node ${report.node}`,
      message: drainInWords(report),
      rule: "the eviction API takes a pod only while its PodDisruptionBudget allows; kubectl drain asks again every 5 s",
    },
  ];
}

interface Side extends RestingCluster {
  readonly given: WhatIfSide;
  readonly plan: TrafficPlan;
}

function restingSide(question: WhatIfQuestion, given: WhatIfSide): Side {
  const { kubernetesVersion, settings } = question;
  const check = settings.check === true;
  const resting = restingCluster(given.objects, { kubernetesVersion, check });
  const plan = compileTraffic(given.traffic, resting.workloads);
  // Names a circle of calls, which would go round without end.
  flowOrder(plan, resting.networkFor(plan));
  return { ...resting, given, plan };
}

interface SideRuns {
  readonly observations: Observation[];
  readonly totals: TrafficTotals;
  unpriced: number;
  /** Of the first replication. */
  happened: Happenings;
}

interface PairedRuns {
  readonly before: SideRuns;
  readonly after: SideRuns;
}

function startRuns(side: Side): SideRuns {
  return {
    observations: [],
    totals: new TrafficTotals(side.plan, side.networkFor(side.plan)),
    unpriced: 0,
    happened: { failures: [], drains: [] },
  };
}

function steadyRuns(question: WhatIfQuestion, before: Side, after: Side): PairedRuns {
  const { settings } = question;
  return pairedRuns(question, before, after, (side, replication) => {
    const network = side.networkFor(side.plan);
    return { ledger: steadyRun(side.plan, network, settings, replication), network };
  });
}

function transientRuns(question: WhatIfQuestion, before: Side, after: Side): PairedRuns {
  const { settings, applyAtNs, faults, kubernetesVersion } = question;
  return pairedRuns(question, before, after, (side, replication) => {
    const change =
      side === after && applyAtNs !== undefined
        ? { atNs: applyAtNs, objects: question.after.objects }
        : undefined;
    const startsFrom = applyAtNs === undefined ? side.given : question.before;
    return liveRun({
      objects: startsFrom.objects,
      traffic: side.given.traffic,
      settings,
      replication,
      kubernetesVersion,
      faults: question.faultsAreTheChange === true && side === before ? [] : faults,
      binNs: TIMELINE_BIN_NS,
      ...(change === undefined ? {} : { change }),
    });
  });
}

type RunSide = (
  side: Side,
  replication: number,
) => Partial<Happenings> & {
  readonly ledger: TrafficLedger;
  readonly network: ReturnType<Side["networkFor"]>;
};

function pairedRuns(
  { settings, onProgress }: WhatIfQuestion,
  before: Side,
  after: Side,
  run: RunSide,
): PairedRuns {
  const runs = { before: startRuns(before), after: startRuns(after) };
  const sides = [
    [before, runs.before],
    [after, runs.after],
  ] as const;
  for (let replication = 0; replication < settings.replications; replication++) {
    for (const [side, so] of sides) {
      const { ledger, network, failures = [], drains = [] } = run(side, replication);
      if (replication === 0) so.happened = { failures, drains };
      const { plan } = side;
      const windowSeconds = settings.lengthNs / 1e9;
      const { prices } = settings;
      so.observations.push(observeTraffic(ledger, { plan, network, prices, windowSeconds }));
      so.totals.add(ledger, network);
      so.unpriced += unpricedBytes(ledger.edges, prices, network);
    }
    onProgress?.(replication + 1, settings.replications, "replication");
  }
  return runs;
}

/** Sensitivity needs differences only, so its runs are a quarter as long, warm-up included. */
const SENSITIVITY_LENGTH = 0.25;

function assumptionEffects(
  { settings, before: given, onProgress }: WhatIfQuestion,
  before: Side,
  after: Side,
): readonly SensitivityRow[] {
  const lengthNs = Math.ceil(settings.lengthNs * SENSITIVITY_LENGTH) as SimTime;
  const warmUpNs = Math.ceil(settings.warmUpNs * SENSITIVITY_LENGTH) as SimTime;
  const world = { traffic: given.traffic, settings: { ...settings, lengthNs, warmUpNs } };
  return sensitivity(
    world,
    listAssumptions(world),
    { before: resting(before), after: resting(after) },
    (done, total) => onProgress?.(done, total, "assumption"),
  );
}

function resting(side: Side): Parameters<typeof sensitivity>[2]["before"] {
  return {
    workloads: side.workloads,
    networkFor: side.networkFor,
    traffic: side.given.traffic,
  };
}

function findingsOf(question: WhatIfQuestion, side: Side): readonly Finding[] {
  const network = side.networkFor(side.plan);
  const flows = expectedFlows(side.plan, network, flowOrder(side.plan, network));
  const situations = serviceSituations({
    plan: side.plan,
    network,
    flows,
    services: side.services,
  });
  const advisor = clusterAdvisor({
    side,
    limits: question.limits,
    plan: side.plan,
    kubernetesVersion: question.kubernetesVersion,
  });
  return grouped([
    ...explainCluster({ plan: side.plan, network, prices: question.settings.prices }),
    ...situations.flatMap((situation) => explainService(situation, advisor)),
  ]);
}

function judgeExpectation(
  expectation: Expectation,
  comparisons: readonly MeasureComparison[],
): JudgedExpectation {
  const { measure, scope, about } = expectation;
  const { unit } = measureOf(measure);
  const comparison = comparisons.find((row) => row.measure === measure && row.scope === scope);
  const interval =
    about === "value"
      ? comparison?.after
      : about === "difference"
        ? comparison?.difference
        : comparison?.relative;
  const what = `${about === "value" ? "" : "change of "}${measureOf(measure).label}`;
  const where = scope === EVERYTHING ? "" : ` of ${scope}`;
  if (interval === undefined) {
    return {
      expectation,
      verdict: "undecided",
      reason: `${what}${where} is not defined in this run.`,
    };
  }
  const verdict = judge(expectation, interval);
  return {
    expectation,
    verdict,
    reason: `${what}${where} lies in ${intervalInWords(interval, about === "relative" ? "share" : unit)}.`,
  };
}
