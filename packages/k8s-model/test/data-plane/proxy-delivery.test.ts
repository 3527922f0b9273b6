import { ApiServers } from "@k8s-netsim/k8s-model/api-server";
import { ProxyFleet, type ProxyOptions, type ProxySync } from "@k8s-netsim/k8s-model/data-plane";
import { hashUnit, Store, timestampAt } from "@k8s-netsim/k8s-model/store";
import type { SimTime } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { serviceObject, sliceObject } from "./delivery-objects.ts";

const MS = 1_000_000;
const S = 1_000_000_000;
const BYTES = 40_000;
const NODES = 4;
const SEED = 11;
const BANDWIDTH = 4_000_000;

const options: ProxyOptions = {
  watchers: { name: "kube-proxy", latencyNs: 5 * MS, jitterNs: 30 * MS },
  minSyncPeriodNs: S,
  syncNs: 0,
  seed: SEED,
  failureShare: 0.2,
  cost: {
    fullSyncNs: ({ endpoints }) => 200 * MS + endpoints * MS,
    partialSyncNs: ({ services, endpoints }) => 10 * MS + services * 5 * MS + endpoints * MS,
  },
};

interface Write {
  readonly atNs: number;
  readonly kind: "Service" | "EndpointSlice";
  /** Which Service and, for slices, how many endpoints it has from then on. */
  readonly service: number;
  readonly endpoints: number;
}

const histories = fc
  .array(
    fc.record({
      gapMs: fc.nat(900),
      kind: fc.constantFrom<Write["kind"]>("EndpointSlice", "EndpointSlice", "Service"),
      service: fc.nat(2),
      endpoints: fc.nat(3),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((gaps) => {
    let atNs = 0;
    return gaps.map(({ gapMs, ...rest }): Write => {
      atNs += gapMs * MS + 1;
      return { atNs, ...rest };
    });
  });

interface Run {
  readonly endNs: number;
  readonly failed: boolean;
  readonly covered: { readonly services: number; readonly slices: number };
  readonly coveredBefore: number;
}

/** What one node does, the slow way: every arrival, every run, one after the other. */
function runsOf(node: number, writes: readonly Write[], untilNs: number): readonly Run[] {
  const arrivals = arrivalsAt(node, writes);
  const listedNs = options.watchers.latencyNs;
  const runs: Run[] = [];
  let covered = { services: 0, slices: 0 };
  let pauseEndNs = 0;
  let timerNs = 3600 * S;
  let full = true;
  for (;;) {
    const calls =
      runs.length === 0
        ? [listedNs]
        : [arrivals.services[covered.services], arrivals.slices[covered.slices]];
    const callNs = Math.min(...calls.map((one) => one ?? Number.POSITIVE_INFINITY));
    const startNs = Math.max(pauseEndNs, Math.min(callNs, timerNs));
    if (startNs > untilNs) return runs;
    const before = covered;
    covered = {
      services: arrivals.services.filter((atNs) => atNs <= startNs).length,
      slices: arrivals.slices.filter((atNs) => atNs <= startNs).length,
    };
    const failed = hashUnit(SEED, 0x0fa11, node, runs.length) < 0.2;
    const endNs = startNs + costNs(writes, before, covered, full);
    runs.push({ endNs, failed, covered, coveredBefore: before.slices });
    pauseEndNs = endNs + S;
    timerNs = endNs + (failed ? 30 * S : 3600 * S);
    full = failed;
  }
}

function arrivalsAt(
  node: number,
  writes: readonly Write[],
): { readonly services: readonly number[]; readonly slices: readonly number[] } {
  const { latencyNs, jitterNs } = options.watchers;
  const arrivals: [number[], number[]] = [[], []];
  let freeNs = 0;
  for (const { atNs, kind } of writes) {
    const stream = kind === "Service" ? 0 : 1;
    const startNs = Math.max(freeNs, atNs);
    const copyNs = (BYTES * 1e9) / BANDWIDTH;
    freeNs = startNs + NODES * copyNs;
    const own = arrivals[stream];
    const jitter = Math.floor(jitterNs * hashUnit(SEED, stream, node, own.length));
    const aloneNs = Math.floor(startNs + (node + 1) * copyNs) + latencyNs + jitter;
    own.push(Math.max(own.at(-1) ?? latencyNs, aloneNs));
  }
  return { services: arrivals[0], slices: arrivals[1] };
}

function costNs(
  writes: readonly Write[],
  before: Run["covered"],
  after: Run["covered"],
  full: boolean,
): number {
  const slices = writes.filter(({ kind }) => kind === "EndpointSlice").slice(0, after.slices);
  const services = writes.filter(({ kind }) => kind === "Service");
  const has = new Map(slices.map(({ service, endpoints }) => [service, endpoints]));
  const sum = (keys: Iterable<number>): number => {
    let endpoints = 0;
    for (const key of keys) endpoints += has.get(key) ?? 0;
    return endpoints;
  };
  if (full) return 200 * MS + sum(has.keys()) * MS;
  const changed = new Set(slices.slice(before.slices).map(({ service }) => service));
  const written = services.slice(before.services, after.services).map(({ service }) => service);
  return 10 * MS + (changed.size + new Set(written).size) * 5 * MS + sum(changed) * MS;
}

function fleetOf(writes: readonly Write[]): ProxyFleet {
  const clock = { now: 0 };
  const store = new Store({ now: () => clock.now as SimTime });
  const servers = new ApiServers(
    store,
    { egressBytesPerSecond: BANDWIDTH, encodeNsPerByte: 0, listNsPerObject: 0 },
    () => BYTES,
  );
  const fleet = new ProxyFleet(store, options, servers);
  for (let node = 0; node < NODES; node++) fleet.start(node, 0);
  for (const { atNs, kind, service, endpoints } of writes) {
    clock.now = atNs;
    const object =
      kind === "Service"
        ? serviceObject(`s${service}`)
        : sliceObject(`s${service}`, `s${service}`, endpointNames(endpoints), timestampAt(atNs));
    const key = `default/s${service}`;
    if (store.get(kind, key) === undefined) store.create(object);
    else store.replace(object);
  }
  return fleet;
}

const endpointNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `e${index}`);

describe("all proxies at once", () => {
  it("program what a node's own arrivals and runs say, whenever they are asked", () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(40_000), { maxLength: 12 }), (writes, asked) => {
        const fleet = fleetOf(writes);
        const times = [...asked.map((ms) => ms * MS), 60 * S].sort((a, b) => a - b);
        for (const nowNs of times) {
          const node = nowNs % NODES;
          const inForce = runsOf(node, writes, nowNs)
            .filter(({ endNs, failed }) => endNs <= nowNs && !failed)
            .at(-1)?.covered ?? { services: 0, slices: 0 };
          expect(fleet.programmed(node, nowNs)).toEqual(inForce);
        }
      }),
    );
  });

  it("take a sample for every change and node, at the end of the run that covers it", () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(40_000), { maxLength: 8 }), (writes, asked) => {
        const endNs = 200 * S;
        const fleet = fleetOf(writes);
        for (const ms of asked.sort((a, b) => a - b)) fleet.programmed(ms % NODES, ms * MS);
        const { latency, runs, failedRuns } = fleet.collect(endNs);
        const slices = writes.filter(({ kind }) => kind === "EndpointSlice");
        let [count, sumNs, all, failures] = [0, 0, 0, 0];
        for (let node = 0; node < NODES; node++) {
          for (const run of runsOf(node, writes, endNs)) {
            all++;
            if (run.failed) failures++;
            if (run.failed) continue;
            for (const { atNs } of slices.slice(run.coveredBefore, run.covered.slices)) {
              // Annotations say whole seconds; what is not later than the proxy's start is no sample.
              const triggerNs = Math.floor(atNs / S) * S;
              if (triggerNs <= 0) continue;
              count++;
              sumNs += run.endNs - triggerNs;
            }
          }
        }
        expect([runs, failedRuns, latency.count]).toEqual([all, failures, count]);
        expect(latency.sum.seconds).toBeCloseTo(sumNs / 1e9, 6);
        const histogram = latency.histogram();
        expect(histogram.count).toBe(count);
        if (count > 0) expect(histogram.mean).toBeCloseTo(sumNs / count, -2);
      }),
    );
  });

  it("tell of every run that succeeds, with what it covers, a node's in order of time", () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(40_000), { maxLength: 8 }), (writes, asked) => {
        const endNs = 200 * S;
        const fleet = fleetOf(writes);
        const told: ProxySync[][] = Array.from({ length: NODES }, () => []);
        const toldTwice: ProxySync[] = [];
        fleet.onSync((sync) => told[sync.node]?.push(sync));
        fleet.onSync((sync) => toldTwice.push(sync));
        for (const ms of asked.sort((a, b) => a - b)) fleet.programmed(ms % NODES, ms * MS);
        fleet.advance(endNs);
        for (let node = 0; node < NODES; node++) {
          const expected = runsOf(node, writes, endNs)
            .filter((run) => !run.failed && run.endNs <= endNs)
            .map(({ endNs: atNs, covered }) => ({ endNs: atNs, ...covered }));
          const runs = told[node] ?? [];
          expect(runs.map(({ node: _, startNs: __, ...rest }) => rest)).toEqual(expected);
          for (const { startNs, endNs: atNs } of runs) expect(startNs).toBeLessThanOrEqual(atNs);
        }
        expect(toldTwice).toHaveLength(told.flat().length);
      }),
    );
  });

  it("say of every version of a slice when it comes to a node", () => {
    fc.assert(
      fc.property(histories, (writes) => {
        const fleet = fleetOf(writes);
        fleet.advance(200 * S);
        for (let node = 0; node < NODES; node++) {
          const { slices } = arrivalsAt(node, writes);
          const told = slices.map((_, position) => fleet.sliceArrivesNs(node, position));
          expect(told).toEqual(slices);
        }
      }),
    );
  });
});
