import { seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import {
  type InputRequest,
  parseExpectation,
  prepareInput,
  type WhatIfAnswer,
  type WhatIfQuestion,
  whatIf,
} from "../../src/scenario/index.ts";
import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES, type Provider } from "../../src/topology/index.ts";
import { shop } from "./shop.ts";

interface Question extends Partial<InputRequest> {
  readonly text?: string;
  readonly provider?: Provider;
  readonly expectations?: WhatIfQuestion["expectations"];
}

function ask(sets: readonly string[], question: Question = {}): WhatIfAnswer {
  const { text = shop(), provider = "aws", expectations = [], ...more } = question;
  const input = prepareInput({ sources: [{ file: "shop.yaml", text }], sets, ...more });
  return whatIf({
    before: input.before,
    after: input.after,
    kubernetesVersion: input.kubernetesVersion.value,
    limits: input.limits,
    expectations,
    faults: [],
    settings: {
      seed: "test",
      check: true,
      replications: 2,
      warmUpNs: seconds(1),
      lengthNs: seconds(4),
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      prices: PRICE_TABLES[provider],
    },
  });
}

function messages({ findings }: WhatIfAnswer, subject: string): readonly string[] {
  return findings.filter((one) => one.subject === subject).map(({ message }) => message);
}

function failedShare({ comparisons }: WhatIfAnswer): number | undefined {
  return comparisons.find(({ measure, scope }) => measure === "failedShare" && scope === "all")
    ?.after?.mean;
}

const AUTO = 'Service/cart:metadata.annotations={"service.kubernetes.io/topology-mode":"Auto"}';

describe("Local policies", () => {
  test("from outside: the balancer's health check keeps to nodes with an endpoint, so nothing fails", () => {
    const answer = ask(["Service/web:spec.externalTrafficPolicy=Local"], {
      text: shop({ web: 3 }),
    });
    expect(failedShare(answer)).toBe(0);
    expect(messages(answer, "default/web")).toEqual([]);
  });

  test("from outside over a node port: nobody checks, and nodes without an endpoint drop", () => {
    const answer = ask(
      ["Service/web:spec.externalTrafficPolicy=Local", "Service/web:spec.type=NodePort"],
      { text: shop({ web: 3 }) },
    );
    expect(failedShare(answer)).toBeGreaterThan(0);
    expect(messages(answer, "default/web")[0]).toContain("externalTrafficPolicy is Local");
  });

  test("a class of load balancers without an address is said to need its controller", () => {
    const answer = ask(["Service/web:spec.loadBalancerClass=example.com/internal"], {
      text: shop({ web: 3 }),
    });
    expect(messages(answer, "default/web").join()).toContain("EXTERNAL-IP stays <pending>");
  });

  test("from inside: what a caller's node drops is said, with the policy to change", () => {
    const answer = ask(["Service/cart:spec.internalTrafficPolicy=Local"], {
      text: shop({ web: 6, cart: 1 }),
    });
    const cart = answer.findings.find(({ subject }) => subject === "default/cart");
    expect(cart?.message).toMatch(/time out: internalTrafficPolicy is Local/);
    expect(cart?.patch?.yaml).toContain("internalTrafficPolicy: Cluster");
  });
});

describe("topology hints that are refused", () => {
  test("are reported with the controller's reason, and the field that refuses nothing", () => {
    const answer = ask([AUTO], { text: shop({ cart: 2 }) });
    const [cart, ...others] = answer.findings.filter(({ subject }) => subject === "default/cart");
    expect(others).toEqual([]);
    expect(cart?.message).toContain("Insufficient number of endpoints (2 endpoints, 3 zones)");
    expect(cart?.patch?.yaml).toContain("topology-mode: null");
    expect(cart?.patch?.yaml).toContain("trafficDistribution: PreferSameZone");
  });

  test("are mended by the name that the release knows, or not by a field that it lacks", () => {
    const cart = (kubernetesVersion: string): string | undefined =>
      ask([AUTO], { text: shop({ cart: 2 }), kubernetesVersion }).findings.find(
        ({ subject }) => subject === "default/cart",
      )?.patch?.yaml;
    expect(cart("1.32")).toContain("trafficDistribution: PreferClose");
    expect(cart("1.29")).toBeUndefined();
  });
});

describe("what bounds the answer", () => {
  test("a headless Service is not told to set a field that its clients never feel", () => {
    const answer = ask(["Service/cart:spec.clusterIP=None"]);
    expect(messages(answer, "default/cart")[0]).toMatch(/^is headless/);
    expect(
      answer.findings.find(({ subject }) => subject === "default/cart")?.patch,
    ).toBeUndefined();
  });

  test("one zone: nothing can cross", () => {
    const answer = ask([], { zones: 1 });
    expect(messages(answer, "the cluster")[0]).toContain("has one zone");
  });

  test("no zone labels: that nothing crosses is said to mean nothing", () => {
    const text = `${shop()}
---
{ apiVersion: v1, kind: Node, metadata: { name: n1 }, status: { allocatable: { cpu: "8", memory: 16Gi, pods: "110" }, conditions: [{ type: Ready, status: "True" }] } }
`;
    expect(messages(ask([], { text }), "the cluster")[0]).toContain("zones are unknown");
  });

  test("endpoints that only their own node uses are compared one by one", () => {
    const answer = ask(["Service/cart:spec.trafficDistribution=PreferSameNode"], {
      text: shop({ web: 1, cart: 9 }),
    });
    expect(messages(answer, "default/cart").join(" ")).toMatch(
      /the busiest has in zone-[abc] 9.00 times/,
    );
  });

  test("a provider that charges nothing: no money to save", () => {
    expect(messages(ask([], { provider: "azure" }), "the cluster")[0]).toContain(
      "no money to save",
    );
  });

  test("a zone whose endpoint gets more than its workers can do is named", () => {
    const answer = ask(["Service/cart:spec.trafficDistribution=PreferSameZone"], {
      text: shop({ web: 7, cart: 4 }),
      rates: new Map([["web", 4800]]),
    });
    // One zone has 3 of 7 callers and, of 4 carts of 8 workers at 5 ms, as many as it was given.
    const perZone = answer.after.endpointsByZone.get("default/cart") ?? new Map<string, number>();
    const loads = [...perZone].map(
      ([zone, carts]) => `${zone} ${Math.round(((4800 * 3) / 7 / carts / 1600) * 100)} %`,
    );
    const text = messages(answer, "default/cart").join(" ");
    expect(loads.filter((load) => text.includes(load))).toHaveLength(1);
  });
});

test("the reason of a verdict is written in the unit of its measure", () => {
  const { expectations } = ask([], { expectations: [parseExpectation("failedShare<1%")] });
  expect(expectations[0]?.reason).toBe("Failed requests lies in 0 … 0 %.");
});
