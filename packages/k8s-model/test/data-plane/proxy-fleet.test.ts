import type { EndpointSlice } from "@k8s-netsim/k8s-model/api";
import { ProxyFleet, type ProxyOptions } from "@k8s-netsim/k8s-model/data-plane";
import { Store } from "@k8s-netsim/k8s-model/store";
import type { SimTime } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const MS = 1_000_000;
const options: ProxyOptions = {
  watchers: { name: "kube-proxy", latencyNs: 10 * MS, jitterNs: 0 },
  minSyncPeriodNs: 1000 * MS,
  syncNs: 100 * MS,
  seed: 1,
};

function slice(name: string): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    endpoints: [],
    ports: [],
  };
}

function setUp(changes: Partial<ProxyOptions> = {}): {
  readonly fleet: ProxyFleet;
  readonly write: (atMs: number) => void;
  readonly slicesAt: (node: number, atMs: number) => number;
} {
  const clock = { now: 0 };
  const store = new Store({ now: () => clock.now as SimTime });
  const fleet = new ProxyFleet(store, { ...options, ...changes });
  let count = 0;
  return {
    fleet,
    write: (atMs) => {
      clock.now = atMs * MS;
      store.create(slice(`s${count++}`));
    },
    slicesAt: (node, atMs) => fleet.programmed(node, atMs * MS).slices,
  };
}

describe("a kube-proxy", () => {
  it("starts its first run after an idle time at once and has it in force at the run's end", () => {
    const { fleet, write, slicesAt } = setUp();
    fleet.start(0, 0);
    write(5000);
    expect(slicesAt(0, 5109)).toBe(0);
    expect(slicesAt(0, 5110)).toBe(1);
  });

  it("covers what arrived before a run began; the rest waits a minSyncPeriod from the run's end", () => {
    const { fleet, write, slicesAt } = setUp();
    fleet.start(0, 0);
    write(5000);
    write(5050);
    write(5900);
    expect(slicesAt(0, 5110)).toBe(1);
    expect(slicesAt(0, 6209)).toBe(1);
    expect(slicesAt(0, 6210)).toBe(3);
  });

  it("lists what is there when it starts, whatever its age", () => {
    const { fleet, write, slicesAt } = setUp();
    write(0);
    write(1);
    write(2);
    fleet.start(0, 8000 * MS);
    expect(slicesAt(0, 8109)).toBe(0);
    expect(slicesAt(0, 8110)).toBe(3);
  });

  it("has everything in force once it is quiet", () => {
    const { fleet, write } = setUp({ watchers: { ...options.watchers, jitterNs: 300 * MS } });
    for (let node = 0; node < 100; node++) fleet.start(node, 0);
    for (let atMs = 0; atMs < 5000; atMs += 37) write(atMs);
    const quietNs = fleet.quietNs();
    for (let node = 0; node < 100; node++) {
      expect(fleet.programmed(node, quietNs).slices).toBe(136);
    }
  });

  it("believes the same whether it is asked often or once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(900), { minLength: 1, maxLength: 25 }),
        fc.array(fc.nat(20_000), { maxLength: 25 }),
        fc.nat(20_000),
        (gaps, questions, lastMs) => {
          const build = (): ReturnType<typeof setUp> => {
            const made = setUp({ watchers: { ...options.watchers, jitterNs: 400 * MS } });
            made.fleet.start(0, 0);
            made.fleet.start(1, 0);
            let atMs = 0;
            for (const gap of gaps) {
              atMs += gap;
              made.write(atMs);
            }
            return made;
          };
          const often = build();
          for (const atMs of questions.filter((one) => one <= lastMs).sort((a, b) => a - b)) {
            often.slicesAt(1, atMs);
          }
          expect(often.slicesAt(1, lastMs)).toBe(build().slicesAt(1, lastMs));
        },
      ),
    );
  });
});
