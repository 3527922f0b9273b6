import type { Endpoint, EndpointSlice } from "@k8s-netsim/k8s-model/api";
import {
  addTopologyHints,
  allocate,
  cpuRatiosOf,
  isOverloaded,
  NO_HINT_MEMORY,
} from "@k8s-netsim/k8s-model/control-plane";
import { describe, expect, it } from "vitest";

const node = (zone: string | undefined, cpuMilli = 1000, ready = true, controlPlane = false) => ({
  zone,
  cpuMilli,
  ready,
  controlPlane,
});
const RATIOS = cpuRatiosOf([node("a"), node("b")]);

function endpoint(zone: string | undefined, ready: boolean, hint?: string): Endpoint {
  return {
    addresses: ["10.0.0.1"],
    conditions: { ready },
    ...(zone === undefined ? {} : { zone }),
    ...(hint === undefined ? {} : { hints: { forZones: [{ name: hint }] } }),
  };
}

function slice(name: string, endpoints: readonly Endpoint[]): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name },
    addressType: "IPv4",
    endpoints,
  };
}

const hintsOf = ({ endpoints = [] }: EndpointSlice): (string | undefined)[] =>
  endpoints.map(({ hints }) => hints?.forZones?.[0]?.name);

describe("topology hints", () => {
  it("leave what an endpoint carries that is not ready, and give it none", () => {
    const changed = slice("s", [
      endpoint("a", true),
      endpoint("b", true),
      endpoint("a", false, "b"),
      endpoint("b", false),
    ]);
    const { changes } = addTopologyHints(RATIOS, NO_HINT_MEMORY, "IPv4", {
      creates: [],
      updates: [changed],
      unchanged: [],
      deletes: [],
    });
    expect(changes.updates.map(hintsOf)).toEqual([["a", "b", "b", undefined]]);
  });

  it("are refused where an endpoint has no zone; slices that were to be hinted again are written bare", () => {
    const { changes, events, memory } = addTopologyHints(RATIOS, NO_HINT_MEMORY, "IPv4", {
      creates: [slice("new", [endpoint(undefined, true)])],
      updates: [],
      unchanged: [
        slice("bare", [endpoint("a", true), endpoint("a", true)]),
        slice("hinted", [endpoint("b", true, "b")]),
        slice("idle", [endpoint("b", false)]),
      ],
      deletes: [],
    });
    expect(events.map(({ message }) => message)).toEqual([
      "One or more endpoints do not have a zone specified, addressType: IPv4",
    ]);
    expect(changes.updates.map(({ metadata }) => metadata.name)).toEqual(["bare", "hinted"]);
    expect(changes.unchanged.map(({ metadata }) => metadata.name)).toEqual(["idle"]);
    expect([...changes.creates, ...changes.updates].flatMap(hintsOf)).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
    expect(memory.populated).toBe(false);
  });

  it("count ready workers only; one of them without a zone or CPU voids the shares of all", () => {
    const counted = [node("a"), node("b", 3000)];
    const ignored = [node(undefined, 0, false), node("", 0, true, true)];
    expect([...(cpuRatiosOf([...counted, ...ignored]) ?? [])]).toEqual([
      ["a", 0.25],
      ["b", 0.75],
    ]);
    expect(cpuRatiosOf([...counted, node("")])).toBeUndefined();
    expect(cpuRatiosOf([...counted, node("c", 0)])).toBeUndefined();
    expect(cpuRatiosOf([node("a"), node("a")])).toBeUndefined();
  });

  it("may overload a zone by exactly a fifth", () => {
    // Of 12 endpoints each of two equal zones wants 6: 6 / 1.2 = 5 will do, 4 will not.
    const of = (a: number, b: number): boolean =>
      isOverloaded(
        new Map([
          ["a", a],
          ["b", b],
        ]),
        RATIOS,
      );
    expect([of(6, 6), of(5, 7), of(4, 8)]).toEqual([false, false, true]);
    const allocations = allocate(RATIOS, 12, "IPv4");
    expect("byZone" in allocations && allocations.byZone.get("a")).toEqual({
      minimum: 5,
      maximum: 7,
      desired: 6,
    });
  });
});
