import {
  type ChurnOptions,
  type ChurnReport,
  churnSentence,
  DEFAULT_CHURN,
  type PhaseReport,
  runChurn,
} from "@k8s-netsim/k8s-model/scenario";
import { describe, expect, it } from "vitest";

const SMALL: ChurnOptions = { ...DEFAULT_CHURN, nodes: 60, pods: 90, seed: "churn", check: true };

function phaseOf({ phases }: ChurnReport, name: string): PhaseReport {
  const phase = phases.find((one) => one.name === name);
  if (phase === undefined) throw new Error(`there is a phase "${name}"`);
  return phase;
}

describe("the life of one Service", () => {
  const slices = runChurn(SMALL);

  it("is creation, rollout, scale-down, the loss of a node and of a zone, one after the other", () => {
    expect(slices.phases.map(({ name }) => name)).toEqual([
      "creation",
      "rolling update",
      "scale-down",
      "node loss",
      "zone loss",
    ]);
    for (const [index, { startSeconds }] of slices.phases.entries()) {
      const before = slices.phases[index - 1];
      if (before === undefined) continue;
      expect(startSeconds).toBeCloseTo(before.startSeconds + before.seconds, 6);
    }
  });

  it("sends each version to the proxy of every node that is up", () => {
    const { watchEvents, endpointWrites, writes } = phaseOf(slices, "creation");
    expect(watchEvents).toBe(SMALL.nodes * (endpointWrites + (writes.Service ?? 0)));
    const zoneLoss = phaseOf(slices, "zone loss");
    // A third of the nodes is gone, and the one that was lost before.
    expect(zoneLoss.watchEvents).toBe(40 * zoneLoss.endpointWrites);
  });

  it("writes what a rollout needs: each pod created, bound, started, marked and removed", () => {
    const { writes } = phaseOf(slices, "rolling update");
    expect(writes.Pod).toBe(5 * SMALL.pods);
    expect(phaseOf(slices, "scale-down").writes.Pod).toBe(2 * (SMALL.pods / 2));
  });

  it("is the same again under the same seed", () => {
    const again = runChurn(SMALL);
    expect(JSON.stringify(again)).toBe(JSON.stringify(slices));
  });

  it("leaves dead endpoints in rules for the grace period of a node at least", () => {
    const { staleEndpointSeconds } = phaseOf(slices, "node loss");
    expect(staleEndpointSeconds).toBeGreaterThan((SMALL.nodes - 1) * 40);
  });

  it("never sends a watch event larger than a slice of so many endpoints", () => {
    const report = runChurn({ ...SMALL, bytes: "kep752", endpointsPerSlice: 10 });
    for (const { bytes, watchEvents } of report.phases) {
      // 100 bytes each; the Service itself is the one version that holds none.
      expect(bytes).toBeLessThanOrEqual(watchEvents * 10 * 100);
    }
  });

  it("costs many times the bytes with one Endpoints object, and the same again beyond 1,000", () => {
    const whole = runChurn({ ...SMALL, propagation: "endpoints-1.18", bytes: "blog2020" });
    const small = runChurn({ ...SMALL, bytes: "blog2020", endpointsPerSlice: 10 });
    const ratio = phaseOf(whole, "rolling update").bytes / phaseOf(small, "rolling update").bytes;
    expect(ratio).toBeGreaterThan(3);
    const cut = runChurn({ ...SMALL, propagation: "endpoints-truncated", bytes: "blog2020" });
    expect(phaseOf(cut, "rolling update").bytes).toBe(phaseOf(whole, "rolling update").bytes);
  });

  it("counts fewer writes with a batch period", () => {
    const batched = runChurn({ ...SMALL, batchPeriodNs: 1_000_000_000 });
    expect(phaseOf(batched, "rolling update").endpointWrites).toBeLessThan(
      phaseOf(slices, "rolling update").endpointWrites,
    );
  });
});

it("a link that is too narrow is told, and what etcd refuses", () => {
  const narrow = runChurn({ ...SMALL, egressBytesPerSecond: 20_000 });
  expect(narrow.phases.some(({ fits }) => !fits)).toBe(true);
  expect(narrow.warnings.join()).toContain("waited up to");
});

it("the answer names pods, nodes, modes and the source of the bytes", () => {
  const parameters = { nodes: 15_000, pods: 5000, bytes: "blog2020", endpointsPerSlice: 100 };
  const results = [
    { parameters: { ...parameters, propagation: "endpoints-1.18" }, rollBytes: 112.5e12 },
    { parameters: { ...parameters, propagation: "slices" }, rollBytes: 2.345e9 },
    { parameters: { ...parameters, nodes: 10, propagation: "slices" }, rollBytes: 999 },
  ];
  expect(churnSentence(results)).toBe(
    "5,000 pods on 15,000 nodes: a rolling update sends 113 TB with endpoints-1.18, 2.35 GB with " +
      "slices of 100. 5,000 pods on 10 nodes: a rolling update sends 999 B with slices of 100. " +
      "Bytes as in blog2020.",
  );
});
