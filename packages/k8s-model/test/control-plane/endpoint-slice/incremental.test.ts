import type { EndpointSlice, Node, Pod, Service } from "@k8s-netsim/k8s-model/api";
import { type ReconcileOptions, reconcileSlices } from "@k8s-netsim/k8s-model/control-plane";
import { Store } from "@k8s-netsim/k8s-model/store";
import { Simulation } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EndpointSliceController } from "../../../src/control-plane/endpoint-slice/controller.ts";
import { executeChange } from "../../../src/control-plane/runtime/change.ts";
import { watchAll } from "../../../src/control-plane/runtime/informers.ts";
import { Work } from "../../../src/control-plane/runtime/work.ts";

const KEY = "default/web";
const MS = 1_000_000;

const node = (id: number, zone: string): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: `n${id}`, labels: { "topology.kubernetes.io/zone": zone } },
  status: { allocatable: { cpu: "4" }, conditions: [{ type: "Ready", status: "True" }] },
});

const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default", labels: {} },
  spec: {
    clusterIP: "10.96.0.1",
    selector: { app: "web" },
    ports: [{ name: "http", port: 80, targetPort: "http" }],
  },
};

function pod(id: number, draw: number): Pod {
  const ips = [{ ip: `10.0.0.${id}` }, { ip: `fd00::${id}` }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `web-${id}`, namespace: "default", labels: { app: "web" } },
    spec: {
      nodeName: `n${draw % 5}`,
      containers: [
        { name: "main", ports: [{ name: "http", containerPort: draw % 7 === 0 ? 9090 : 8080 }] },
      ],
    },
    status: {
      phase: "Running",
      podIPs: draw % 11 === 0 ? [] : ips,
      conditions: [{ type: "Ready", status: draw % 3 === 0 ? "False" : "True" }],
    },
  } as Pod;
}

/** A controller with its caches, whose syncs are held to a look at everything. */
class Rehearsal {
  readonly sim = new Simulation({ seed: "rehearsal" });
  readonly store = new Store({ now: () => this.sim.now });
  readonly informers = watchAll(new Work(this.sim), this.store, MS);
  readonly options: ReconcileOptions;
  readonly controller: EndpointSliceController;
  partialSyncs = 0;

  constructor(maxEndpointsPerSlice: number) {
    this.options = {
      maxEndpointsPerSlice,
      trafficDistribution: true,
      preferSameTrafficDistribution: true,
    };
    const work = new Work(this.sim);
    this.controller = new EndpointSliceController(work, this.informers, this.options);
    this.controller.start(() => {}, 0);
    this.store.create(service);
    for (let id = 0; id < 4; id++) this.store.create(node(id, "abc"[id % 3] as string));
  }

  has(kind: string, key: string): boolean {
    return this.store.get(kind, key) !== undefined;
  }

  slice(draw: number): EndpointSlice | undefined {
    const slices = this.store.list<EndpointSlice>("EndpointSlice");
    return slices[draw % Math.max(1, slices.length)];
  }

  /** One sync, of whose changes only the first `kept` reach the API server. */
  sync(kept: number): void {
    this.sim.runUntil(this.sim.now + 2 * MS);
    const observed = this.controller.observe(KEY);
    if (observed === undefined) throw new Error("the Service is there");
    if ("families" in observed) this.partialSyncs++;
    const { pods, nodes, slices } = this.informers;
    const whole = reconcileSlices({
      service: observed.service,
      pods: pods.byIndex("namespace", "default"),
      slices: slices
        .byIndex("service", KEY)
        .filter(
          ({ metadata }) =>
            metadata.labels?.["endpointslice.kubernetes.io/managed-by"] ===
            "endpointslice-controller.k8s.io",
        ),
      nodeOf: (name) => nodes.get(name),
      cpuRatios: observed.cpuRatios,
      hintMemory: observed.hintMemory,
      lastChangeTriggerTime: observed.lastChangeTriggerTime,
      options: this.options,
    });
    const { changes, failed } = this.controller.plan(observed);
    expect(failed).toBe(whole.missingNodes.length > 0);
    expect(changes).toEqual([
      ...whole.creates.map((object) => ({ verb: "create", object })),
      ...whole.updates.map((object) => ({
        verb: "replace",
        object,
        basedOn: object.metadata.resourceVersion,
      })),
      ...whole.deletes.map(({ metadata }) => ({
        verb: "delete",
        kind: "EndpointSlice",
        key: `default/${metadata.name}`,
      })),
    ]);
    for (const change of changes.slice(0, kept)) executeChange(this.store, this.sim.now, change);
    this.sim.runUntil(this.sim.now + 2 * MS);
  }
}

type Step = (rehearsal: Rehearsal, draw: number) => void;

const podKey = (draw: number): string => `default/web-${draw % 9}`;

/** What may happen between two syncs. */
const STEPS: Readonly<Record<string, Step>> = {
  "a pod comes": ({ store }, draw) => {
    if (store.get("Pod", podKey(draw)) === undefined) store.create(pod(draw % 9, draw));
  },
  "a pod goes": ({ store }, draw) => {
    if (store.get("Pod", podKey(draw)) !== undefined) store.delete("Pod", podKey(draw));
  },
  "a pod changes": ({ store }, draw) => {
    const now = store.get<Pod>("Pod", podKey(draw));
    if (now === undefined) return;
    const { spec, status } = pod(draw % 9, draw * 31 + 7);
    store.replace({ ...now, spec, status: status as NonNullable<Pod["status"]> });
  },
  "a pod is being deleted": ({ store }, draw) => {
    if (store.get("Pod", podKey(draw)) === undefined) return;
    store.update<Pod>("Pod", podKey(draw), ({ metadata }) => {
      metadata.deletionTimestamp = "2100-01-01T00:01:00Z";
    });
  },
  "a node comes or goes": ({ store }, draw) => {
    const name = `n${draw % 5}`;
    if (store.get("Node", name) === undefined) store.create(node(draw % 5, "a"));
    else store.delete("Node", name);
  },
  "a node changes its zone": ({ store }, draw) => {
    if (store.get("Node", `n${draw % 5}`) === undefined) return;
    store.replace(node(draw % 5, "abc"[draw % 3] as string));
  },
  "the Service changes": ({ store }, draw) => {
    store.update<Service>("Service", KEY, ({ metadata, spec }) => {
      if (draw % 4 === 0) metadata.labels = { tier: String(draw % 3) };
      if (draw % 4 === 1) {
        spec.trafficDistribution = draw % 8 === 1 ? "PreferSameZone" : "PreferSameNode";
      }
      if (draw % 4 === 2) spec.ipFamilies = draw % 3 === 0 ? ["IPv4", "IPv6"] : ["IPv6"];
      if (draw % 4 === 3) spec.publishNotReadyAddresses = draw % 3 === 0;
    });
  },
  "topology hints are asked for, or no longer": ({ store }, draw) => {
    store.update<Service>("Service", KEY, ({ metadata }) => {
      if (draw % 3 === 0) delete metadata.annotations;
      else metadata.annotations = { "service.kubernetes.io/topology-mode": "Auto" };
    });
  },
  "somebody deletes a slice": (rehearsal, draw) => {
    const slice = rehearsal.slice(draw);
    if (slice !== undefined) {
      rehearsal.store.delete("EndpointSlice", `default/${slice.metadata.name}`);
    }
  },
  "somebody moves an endpoint to another slice": (rehearsal, draw) => {
    const [from, to] = [rehearsal.slice(draw), rehearsal.slice(draw + 1)];
    if (from === undefined || to === undefined) return;
    const endpoints = [...(to.endpoints ?? []), ...(from.endpoints ?? []).slice(0, 1)];
    rehearsal.store.replace({ ...to, endpoints });
  },
  "somebody removes an endpoint": (rehearsal, draw) => {
    const slice = rehearsal.slice(draw);
    if (slice === undefined) return;
    rehearsal.store.replace({ ...slice, endpoints: (slice.endpoints ?? []).slice(1) });
  },
  "somebody takes a slice over": (rehearsal, draw) => {
    const slice = rehearsal.slice(draw);
    if (slice === undefined) return;
    const ownerReferences = [{ apiVersion: "v1", kind: "Service", name: "web", uid: "other" }];
    rehearsal.store.replace({ ...slice, metadata: { ...slice.metadata, ownerReferences } });
  },
};

describe("a sync that looks only at what changed", () => {
  it("decides as one that looks at everything, whatever happened and whatever writes got lost", () => {
    const happening = fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.nat(10_000));
    const round = fc.record({
      happenings: fc.array(happening, { maxLength: 6 }),
      kept: fc.constantFrom(0, 1, 2, 100, 100, 100, 100),
    });
    let partialSyncs = 0;
    fc.assert(
      fc.property(
        fc.array(round, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        (rounds, max) => {
          const rehearsal = new Rehearsal(max);
          rehearsal.sync(100);
          for (const { happenings, kept } of rounds) {
            for (const [name, draw] of happenings) STEPS[name]?.(rehearsal, draw);
            rehearsal.sync(kept);
          }
          partialSyncs += rehearsal.partialSyncs;
        },
      ),
      { numRuns: 300 },
    );
    expect(partialSyncs).toBeGreaterThan(500);
  });

  it("gives the same topology hints as one that looks at everything", () => {
    const name = fc.constantFrom(
      "a pod comes",
      "a pod goes",
      "a pod changes",
      "a node changes its zone",
    );
    const happenings = fc.array(fc.tuple(name, fc.nat(10_000)), { maxLength: 4 });
    let hinted = 0;
    fc.assert(
      fc.property(
        fc.array(happenings, { minLength: 5, maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        (rounds, max) => {
          const rehearsal = new Rehearsal(max);
          STEPS["topology hints are asked for, or no longer"]?.(rehearsal, 1);
          for (let id = 0; id < 9; id++) STEPS["a pod comes"]?.(rehearsal, 45 * id + id * 9 + id);
          rehearsal.sync(100);
          for (const steps of rounds) {
            for (const [step, draw] of steps) STEPS[step]?.(rehearsal, draw);
            rehearsal.sync(100);
          }
          expect(rehearsal.partialSyncs).toBe(rounds.length + 1);
          const hints = rehearsal.store
            .list<EndpointSlice>("EndpointSlice")
            .flatMap(({ endpoints = [] }) => endpoints.map((endpoint) => endpoint.hints));
          if (hints.some((one) => one !== undefined)) hinted++;
        },
      ),
      { numRuns: 200 },
    );
    expect(hinted).toBeGreaterThan(20);
  });
});
