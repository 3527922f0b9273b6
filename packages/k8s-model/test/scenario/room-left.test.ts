import {
  nodeDrain,
  nodePartition,
  type PreparedInput,
  prepareInput,
  type WhatIfAnswer,
  whatIf,
  zoneOutage,
  zonePartition,
} from "@k8s-netsim/k8s-model/scenario";
import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "@k8s-netsim/k8s-model/topology";
import { seconds } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";
import { shop } from "./shop.ts";

/** The shop on three zones with one node each, whose pods ask for so much CPU. */
function prepared(cpu: string, more = ""): PreparedInput {
  const resources = `resources: { requests: { cpu: ${cpu} } }`;
  const text = shop({ web: 3, cart: 3 })
    .replace("image: web:1\n", `image: web:1\n          ${resources}\n`)
    .replace("image: cart:1,", `image: cart:1, ${resources},`);
  const sources = [{ file: "shop.yaml", text: text + more }];
  return prepareInput({ sources, nodesPerZone: 1 });
}

function ask(input: PreparedInput, faults: Parameters<typeof whatIf>[0]["faults"]): WhatIfAnswer {
  return whatIf({
    before: input.before,
    after: input.after,
    settings: {
      seed: "1",
      check: true,
      replications: 1,
      warmUpNs: seconds(1),
      lengthNs: seconds(8),
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      prices: PRICE_TABLES.aws,
    },
    kubernetesVersion: "1.36",
    limits: new Map(),
    expectations: [],
    faults,
    faultsAreTheChange: true,
  });
}

const at = seconds(2);
const about = (answer: WhatIfAnswer, subject: string): string | undefined =>
  answer.findings.find((finding) => finding.subject === subject)?.message;

describe("what is said of a lost zone or node", () => {
  it("is that its pods find room on the others, where they do", () => {
    const answer = ask(prepared("100m"), [zoneOutage("zone-a", { at })]);
    expect(about(answer, "zone zone-a")).toBe(
      "when its node is gone, the 2 pods there can be placed on the 2 that are left.",
    );
  });

  it("is how many find none, and why", () => {
    const answer = ask(prepared("1500m"), [zoneOutage("a", { at })]);
    expect(about(answer, "zone a")).toMatch(
      /^when its node is gone, the 2 that are left have no room for \d of the \d pods there: 0\/2 nodes are available: .*Insufficient cpu/,
    );
  });

  it("is the same for drains and partitions from the control plane, and nothing for others", () => {
    const input = prepared("100m");
    const subjects = (faults: Parameters<typeof ask>[1]): readonly string[] =>
      ask(input, faults)
        .findings.map(({ subject }) => subject)
        .filter((subject) => /^(zone|node) /.test(subject));
    expect(subjects([nodeDrain("node-1-zone-a", { at })])).toEqual([
      "node node-1-zone-a",
      "node node-1-zone-a",
    ]);
    expect(subjects([nodePartition("node-1-zone-a", { at })])).toEqual(["node node-1-zone-a"]);
    expect(subjects([zonePartition("zone-a", { at })])).toEqual(["zone zone-a"]);
    expect(subjects([zonePartition("zone-a", { at, from: "other-zones" })])).toEqual([]);
  });

  it("comes with what is taken for granted: no node autoscaler, budgets for drains alone", () => {
    const names = ask(prepared("100m"), [zoneOutage("zone-a", { at })]).faultAssumptions.map(
      ({ name, value }) => `${name}: ${value}`,
    );
    expect(names).toEqual([
      "node autoscaler: none",
      "PodDisruptionBudgets: asked by drains alone",
      "volumes: hold no pod to a node or a zone",
    ]);
    expect(ask(prepared("100m"), []).faultAssumptions).toEqual([]);
  });
});

describe("a budget in the manifests", () => {
  const budget = (spec: string): string => `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
${spec}
  selector: { matchLabels: { app: web } }
`;

  it("holds up the drain, which says so", () => {
    const answer = ask(prepared("100m", budget("  maxUnavailable: 0")), [
      nodeDrain("node-1-zone-a", { at }),
    ]);
    expect(about(answer, "node node-1-zone-a")).toMatch(
      /had not ended when the run did, with 1 still there: 1 eviction waited up to \d+\.\d s for budget default\/web, 1 of them in vain \(it needs 3 healthy pods and has 3\)\.$/,
    );
    expect(answer.after.drains).toHaveLength(1);
    expect(answer.before.drains).toEqual([]);
  });

  it.each([
    ["  minAvailable: 1\n  maxUnavailable: 1", "cannot have both minAvailable and maxUnavailable"],
    ["  maxUnavailable: -1", "must be 0 or more"],
    ["  maxUnavailable: 110%", "must not be greater than 100%"],
    ["  minAvailable: half", "must be an integer or a percentage such as 10%"],
    [
      "  unhealthyPodEvictionPolicy: Never",
      '"Never" is not one of "AlwaysAllow", "IfHealthyBudget"',
    ],
    ["  maxUnavailable: [1]", "must be a"],
  ])("that no API server would store is an error with its place: %s", (spec, detail) => {
    const { diagnostics } = prepared("100m", budget(spec));
    const [error] = diagnostics.filter(({ severity }) => severity === "error");
    expect(error?.message).toContain(detail);
    expect(error?.at?.file).toBe("shop.yaml");
  });

  it("of a version that is no longer served is an error that says so", () => {
    const old = budget("  maxUnavailable: 1").replace("policy/v1", "policy/v1beta1");
    expect(prepared("100m", old).diagnostics.map(({ code }) => code)).toContain(
      "retired-api-version",
    );
  });
});
