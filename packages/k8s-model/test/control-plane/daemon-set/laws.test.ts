import type { DaemonSet, Node, Pod } from "@k8s-netsim/k8s-model/api";
import { daemonSets } from "@k8s-netsim/k8s-model/control-plane";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

interface Member {
  readonly name: string;
  readonly node: string;
  readonly revision: string;
  readonly stage: "pending" | "available" | "terminating";
}

interface Options {
  readonly nodes: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

const daemonSet = ({ maxSurge, maxUnavailable }: Options): DaemonSet => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "agent", namespace: "default" },
  spec: {
    selector: { matchLabels: { app: "agent" } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
    template: { spec: { containers: [] } },
  },
});

const nodeOf = (index: number): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: `n${index}` },
});

const podOf = ({ name, node, revision, stage }: Member): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "default",
    labels: { "controller-revision-hash": revision },
    ...(stage === "terminating" ? { deletionTimestamp: "2100-01-01T00:00:00Z" } : {}),
  },
  spec: { containers: [], nodeName: node },
  status: {
    phase: stage === "pending" ? "Pending" : "Running",
    conditions: [{ type: "Ready", status: stage === "pending" ? "False" : "True" }],
  },
});

/** A DaemonSet whose calls have their effect at once, and whose pods get on one at a time. */
class World {
  members: Member[];
  readonly #options: Options;
  #made = 0;

  constructor(options: Options) {
    this.#options = options;
    this.members = Array.from({ length: options.nodes }, (_, index) => ({
      name: `old-${index}`,
      node: `n${index}`,
      revision: "old",
      stage: "available" as const,
    }));
  }

  sync(): void {
    const view = daemonSets.daemonSync({
      daemonSet: daemonSet(this.#options),
      nodes: Array.from({ length: this.#options.nodes }, (_, index) => nodeOf(index)),
      pods: this.members.map(podOf),
      updateRevision: "new",
      nowNs: 1e15,
    });
    const managed = daemonSets.manage(view);
    const idle = managed.createOnNodes.length + managed.deletePods.length === 0;
    const { createOnNodes, deletePods } = idle ? daemonSets.rollingUpdate(view) : managed;
    const gone = new Set(deletePods.map(({ metadata }) => metadata.name));
    this.members = this.members.map((one) =>
      gone.has(one.name) ? { ...one, stage: "terminating" } : one,
    );
    for (const node of createOnNodes) {
      this.members.push({ name: `new-${this.#made++}`, node, revision: "new", stage: "pending" });
    }
  }

  getOn(choice: number): void {
    const moving = this.members.filter(({ stage }) => stage !== "available");
    const one = moving[choice % Math.max(1, moving.length)];
    this.members = this.members.flatMap((each) => {
      if (each !== one) return each;
      return each.stage === "terminating" ? [] : { ...each, stage: "available" };
    });
  }

  available(): number {
    return new Set(
      this.members.filter(({ stage }) => stage === "available").map(({ node }) => node),
    ).size;
  }
}

const choices = fc.array(fc.nat(100), { minLength: 80, maxLength: 80 });
const size = fc.integer({ min: 1, max: 8 });
const limit = fc.integer({ min: 1, max: 4 });

describe("the update of a DaemonSet whose pods are all available", () => {
  it("never has more nodes without an available pod than maxUnavailable", () => {
    fc.assert(
      fc.property(size, limit, choices, (nodes, maxUnavailable, steps) => {
        const world = new World({ nodes, maxSurge: 0, maxUnavailable });
        for (const choice of steps) {
          world.sync();
          expect(nodes - world.available()).toBeLessThanOrEqual(maxUnavailable);
          world.getOn(choice);
        }
        expect(world.members.map(({ revision }) => revision)).toEqual(Array(nodes).fill("new"));
      }),
    );
  });

  it("leaves no node without an available pod while it surges, and makes no more than maxSurge", () => {
    fc.assert(
      fc.property(size, limit, choices, (nodes, maxSurge, steps) => {
        const world = new World({ nodes, maxSurge, maxUnavailable: 0 });
        for (const choice of steps) {
          world.sync();
          expect(world.available()).toBe(nodes);
          const starting = world.members.filter(({ stage }) => stage === "pending").length;
          expect(starting).toBeLessThanOrEqual(maxSurge);
          world.getOn(choice);
        }
        expect(world.members.map(({ revision }) => revision)).toEqual(Array(nodes).fill("new"));
      }),
    );
  });
});
