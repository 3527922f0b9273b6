import { seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import {
  type InputRequest,
  type MeasureId,
  type PreparedInput,
  parseExpectation,
  prepareInput,
  type WhatIfAnswer,
  type WhatIfQuestion,
  whatIf,
} from "../../src/scenario/index.ts";
import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "../../src/topology/index.ts";
import { shop } from "./shop.ts";

const SAME_ZONE = ["Service/*:spec.trafficDistribution=PreferSameZone"];

function prepare(text: string, more: Partial<InputRequest> = {}): PreparedInput {
  return prepareInput({ sources: [{ file: "shop.yaml", text }], sets: SAME_ZONE, ...more });
}

function ask(input: PreparedInput, more: Partial<WhatIfQuestion> = {}): WhatIfAnswer {
  return whatIf({
    before: input.before,
    after: input.after,
    kubernetesVersion: input.kubernetesVersion.value,
    limits: input.limits,
    expectations: [],
    faults: [],
    settings: {
      seed: "test",
      check: true,
      replications: 6,
      warmUpNs: seconds(1),
      lengthNs: seconds(10),
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      prices: PRICE_TABLES.aws,
    },
    ...more,
  });
}

function row(answer: WhatIfAnswer, measure: MeasureId, scope = "all") {
  const found = answer.comparisons.find((one) => one.measure === measure && one.scope === scope);
  if (found === undefined) throw new Error(`no ${measure} of ${scope}`);
  return found;
}

describe("PreferSameZone with pods in every zone", () => {
  const answer = ask(prepare(shop()), {
    expectations: ["crossZoneShare<0.1", "crossZoneShare>0.5", "Δp99<=50%"].map(parseExpectation),
  });

  test("crosses zones on two connections of three before, on none after", () => {
    const { before, after } = row(answer, "crossZoneConnections");
    expect(before?.low).toBeLessThan(2 / 3);
    expect(before?.high).toBeGreaterThan(2 / 3);
    expect(after).toMatchObject({ mean: 0, low: 0, high: 0 });
  });

  test("saves money that both ends pay, with an interval that excludes zero", () => {
    const { difference } = row(answer, "costPerMillion");
    expect(difference?.high).toBeLessThan(0);
  });

  test("judges expectations on the bound of the interval", () => {
    expect(answer.expectations.map(({ verdict }) => verdict)).toEqual(["met", "missed", "met"]);
  });

  test("ranks prices, sizes and rates by what halving and doubling does", () => {
    const price = answer.sensitivity.find(({ assumption }) => assumption.name.startsWith("price"));
    const cost = price?.effects.find(({ measure }) => measure === "costPerMillion");
    const share = price?.effects.find(({ measure }) => measure === "crossZoneShare");
    expect(cost?.halved).toBeGreaterThan(0);
    expect(cost?.doubled).toBeLessThan(0);
    expect(share).toMatchObject({ halved: 0, doubled: 0 });
  });

  test("answers the same under the same seed", () => {
    const again = ask(prepare(shop()));
    expect(JSON.stringify(again.comparisons)).toBe(JSON.stringify(answer.comparisons));
  });
});

describe("what cannot profit", () => {
  test("one replica each: nothing changes, and a patch is proposed that the cluster has room for", () => {
    const answer = ask(prepare(shop({ web: 1, cart: 1 })));
    expect(row(answer, "crossZoneShare").difference).toMatchObject({ mean: 0, low: 0, high: 0 });
    const cart = answer.findings.find(({ subject }) => subject === "default/cart");
    expect(cart?.message).toMatch(/^cannot profit: its only endpoint is in zone-[abc]/);
    expect(cart?.patch?.yaml).toContain("replicas: 3");
    expect(cart?.patch?.headroom).toHaveLength(3);
  });

  test("endpoints in two of three zones: callers in the third fall back to all of them", () => {
    const answer = ask(
      prepare(shop({ cart: 2 }), {
        sets: [
          ...SAME_ZONE,
          'Deployment/cart:spec.template.spec.nodeSelector={"topology.kubernetes.io/zone":"zone-a"}',
        ],
      }),
    );
    const endpoints = answer.after.endpointsByZone.get("default/cart");
    expect(Object.fromEntries(endpoints ?? [])).toEqual({ "zone-a": 2, "zone-b": 0, "zone-c": 0 });
    expect(row(answer, "failedShare").after?.mean).toBe(0);
    const finding = answer.findings.find(({ subject }) => subject === "default/cart");
    expect(finding?.message).toContain("cannot profit in zone-b, zone-c");
  });
});

describe("the input", () => {
  test("says that its autoscalers do not act", () => {
    const autoscaler = `
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: cart }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: cart }
  maxReplicas: 9
`;
    const named = (text: string) =>
      prepare(text).assumptions.find(({ name }) => name === "autoscalers")?.value;
    expect(named(shop() + autoscaler)).toBe(
      "1 HorizontalPodAutoscaler does not act: replicas stay as given, before and after",
    );
    expect(named(shop())).toBeUndefined();
  });

  test("load is invented only where no client of the input reaches the pods", () => {
    const client = `
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: load }
spec:
  selector: { matchLabels: { app: load } }
  template:
    metadata: { labels: { app: load } }
    spec: { containers: [{ name: load, image: load:1, env: [{ name: TARGET, value: "http://web" }] }] }
`;
    const { traffic } = prepare(shop() + client);
    expect(traffic.before.clients.map(({ name }) => name)).toEqual(["load"]);
  });

  test("a rate can be given by the name of the entry; an unknown name is an error", () => {
    const rates = new Map([["web", 900]]);
    expect(prepare(shop(), { rates }).traffic.before.clients[0]?.load).toEqual({
      mode: "open",
      rateHz: 900,
    });
    const { diagnostics } = prepare(shop(), { rates: new Map([["wbe", 900]]) });
    expect(diagnostics.map(({ code }) => code)).toEqual(["unknown-entry"]);
  });

  test("a field that the release ignores is an error that names it", () => {
    const { diagnostics } = prepare(shop(), { kubernetesVersion: "1.29" });
    expect(diagnostics[0]).toMatchObject({
      code: "field-ignored",
      severity: "error",
      field: "spec.trafficDistribution",
    });
  });
});
