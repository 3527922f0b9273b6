import { expect, test } from "vitest";
import { cloudBalancer, layer2Balancer } from "../../src/data-plane/index.ts";
import {
  apiServerAssumptions,
  loadBalancerAssumptions,
} from "../../src/scenario/assumptions/server-assumptions.ts";

test("an ideal balancer is one assumption, and none where nobody comes through it", () => {
  expect(loadBalancerAssumptions({ kind: "ideal" }, [])).toEqual([]);
  expect(loadBalancerAssumptions({ kind: "ideal" }, ["shop/web"])).toMatchObject([
    { name: "load balancer of shop/web", value: expect.stringContaining("ideal") },
  ]);
});

test("every time and threshold of a cloud balancer is listed with its source and as it is set", () => {
  const balancer = cloudBalancer({ crossZone: true, healthCheck: { unhealthyThreshold: 5 } });
  const told = new Map(
    loadBalancerAssumptions(balancer, ["shop/web"]).map(({ name, ...rest }) => [name, rest]),
  );
  expect(told.get("load balancer, cross zone")).toMatchObject({ value: "yes" });
  expect(told.get("load balancer, unhealthy threshold")?.value).toBe("5");
  expect(told.get("load balancer, drain")).toEqual({
    value: "5m",
    source: "deregistration_delay.timeout_seconds 300 s, TargetGroupAttribute",
  });
  expect(told.get("load balancer, interval")?.source).toMatch(/^assumed: /);
  expect(told.has("load balancer, bgp failover")).toBe(false);
});

test("an announcer has its own times", () => {
  const names = loadBalancerAssumptions(layer2Balancer(), ["a/b", "a/c", "a/d", "a/e"]).map(
    ({ name }) => name,
  );
  expect(names).toEqual([
    "load balancer of a/b, a/c, a/d and others",
    "load balancer, layer2 failover",
    "load balancer, reaction",
  ]);
});

test("of API servers what acts is listed, in values that are shown", () => {
  const told = apiServerAssumptions();
  expect(told.map(({ value }) => value)).toContain("1m15s");
  expect(told.every(({ source, value }) => source !== "" && !/undefined|NaN/.test(value))).toBe(
    true,
  );
});
