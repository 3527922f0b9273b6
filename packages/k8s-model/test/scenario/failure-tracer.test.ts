import type { EndpointSlice } from "@k8s-netsim/k8s-model/api";
import type { Cluster } from "@k8s-netsim/k8s-model/cluster";
import type { Version } from "@k8s-netsim/k8s-model/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FailureTrace, failureInWords } from "../../src/scenario/world/failure-trace.ts";
import { FailureTracer } from "../../src/scenario/world/failure-tracer.ts";
import { deployment, service } from "../cluster/objects.ts";
import { runFor, settled } from "../cluster/settled.ts";

const MS = 1_000_000;
const S = 1_000_000_000;
const NODES = 6;

/** What every node had in force, looked at every millisecond: how it is known without the tracer. */
class Record {
  readonly #cluster: Cluster;
  readonly #times: number[] = [];
  /** By node, then by time: position in the slices' log. */
  readonly #slices: number[][] = Array.from({ length: NODES }, () => []);

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const look = (): void => {
      this.#times.push(cluster.sim.now);
      for (let node = 0; node < NODES; node++) {
        this.#slices[node]?.push(cluster.proxies.programmed(node, cluster.sim.now).slices);
      }
      cluster.sim.after(MS, look);
    };
    look();
  }

  /** Between which two looks a node came to have a position in force. */
  inForce(node: number, position: number): readonly [number, number] {
    const at = this.#slices[node]?.findIndex((slices) => slices > position) ?? -1;
    if (at < 0) return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    return [this.#times[at - 1] ?? Number.NEGATIVE_INFINITY, this.#times[at] as number];
  }

  versions(): readonly Version<EndpointSlice>[] {
    const log = this.#cluster.store.log<EndpointSlice>("EndpointSlice");
    return Array.from({ length: log.end - log.start }, (_, index) => log.at(log.start + index));
  }
}

type Standing = "ready" | "serving" | "none";

function standing(version: Version<EndpointSlice>, uid: string): Standing {
  if (version.type === "DELETED") return "none";
  const endpoint = version.object.endpoints?.find(({ targetRef }) => targetRef?.uid === uid);
  if (endpoint === undefined) return "none";
  if (endpoint.conditions?.ready !== false) return "ready";
  return endpoint.conditions.serving === true ? "serving" : "none";
}

interface Asked {
  readonly atMs: number;
  readonly node: number;
  readonly pod: number;
}

/** A cluster whose pods are deleted, and attempts that fail at times, nodes and pods of the test's choice. */
function traced(asked: readonly Asked[], deleteAtMs: readonly number[]) {
  const cluster = settled([deployment("web", 5), service("web")], { historyWindowNs: 1e15 });
  const originNs = cluster.sim.now;
  const tracer = new FailureTracer(cluster, originNs);
  const record = new Record(cluster);
  for (const [index, ms] of deleteAtMs.entries()) {
    cluster.sim.after(ms * MS, () => cluster.delete("Pod", cluster.pods.at(index)?.key ?? ""));
  }
  for (const { atMs, node, pod } of asked) {
    cluster.sim.after(atMs * MS + 1, () =>
      tracer.failed({
        failure: "refused",
        service: "default/web",
        port: 80,
        servicePort: 0,
        node,
        pod,
        byBalancer: false,
        isCut: false,
      }),
    );
  }
  runFor(cluster, 40);
  return { cluster, originNs, record, traces: tracer.end() };
}

const attempts = fc.array(
  fc.record({ atMs: fc.nat(25_000), node: fc.nat(NODES - 1), pod: fc.nat(4) }),
  { minLength: 1, maxLength: 25 },
);
const deletions = fc.array(fc.nat(12_000), { minLength: 1, maxLength: 5 });

describe("a traced failure", () => {
  it("names the slice in force, the sync that put it there, and the first sync that would have helped", () => {
    fc.assert(
      fc.property(attempts, deletions, (asked, deleteAtMs) => {
        const { cluster, originNs, record, traces } = traced(asked, deleteAtMs);
        const versions = record.versions();
        for (const trace of traces) check(trace);

        function check(trace: FailureTrace): void {
          const node = cluster.nodes.byName(trace.node)?.index ?? -1;
          const uid = cluster.pods.byKey(trace.endpoint?.pod ?? "")?.uid ?? "";
          const atNs = trace.atNs + originNs;
          const seen = versions.filter(({ position }) => record.inForce(node, position)[1] <= atNs);
          const own = seen.at(-1);
          const believed = own === undefined ? "none" : standing(own, uid);
          if (trace.slice === undefined) {
            expect(believed).toBe("none");
            return;
          }
          expect(believed).not.toBe("none");
          expect(trace.slice.revision).toBe(String(own?.revision));
          expect(trace.slice.writtenNs + originNs).toBe(own?.atNs);
          const { sync } = trace.slice;
          if (sync !== undefined && own !== undefined) {
            expectBetween(sync.endNs + originNs, record.inForce(node, own.position));
            expect(sync.startNs).toBeGreaterThanOrEqual(trace.slice.writtenNs);
            expect(sync.endNs).toBeLessThanOrEqual(trace.atNs);
          }
          const news = versions.find(
            (version) =>
              version.position > (own?.position ?? -1) &&
              rank(standing(version, uid)) < rank(believed),
          );
          expect(trace.newer?.revision).toBe(
            news === undefined ? undefined : String(news.revision),
          );
          if (trace.newer === undefined || news === undefined) return;
          expectBetween(trace.newer.sync.endNs + originNs, record.inForce(node, news.position));
          expect(trace.newer.writtenNs + originNs).toBe(news.atNs);
          expect(trace.newer.arrivedNs).toBeGreaterThanOrEqual(trace.newer.writtenNs);
          expect(trace.newer.sync.startNs).toBeGreaterThanOrEqual(trace.newer.arrivedNs);
          expect(trace.newer.sync.endNs).toBeGreaterThan(trace.atNs);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("stands for all attempts of its kind, none of which is lost", () => {
    fc.assert(
      fc.property(attempts, (asked) => {
        const { traces } = traced(asked, [1_000]);
        const kinds = new Set(asked.map(({ node, pod }) => `${node}/${pod}`));
        expect(traces).toHaveLength(kinds.size);
        expect(traces.reduce((so, one) => so + one.attempts, 0)).toBe(asked.length);
        for (const { atNs, lastNs } of traces) expect(lastNs).toBeGreaterThanOrEqual(atNs);
        const times = traces.map(({ atNs }) => atNs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { numRuns: 6 },
    );
  });

  it("says when its pod ended, and whether its node ended with it", () => {
    const asked = [{ atMs: 20_000, node: 1, pod: 0 }];
    const deleted = traced(asked, [5_000]).traces[0]?.endpoint;
    // An application that ends a second after SIGTERM.
    expect(deleted).toMatchObject({ endedBy: "pod", endedNs: 6_005 * MS });
    const running = traced(asked, []).traces[0]?.endpoint;
    expect(running).toMatchObject({ endedBy: "pod" });
    expect(running?.endedNs).toBeUndefined();
    const cluster = settled([deployment("web", 5), service("web")]);
    const tracer = new FailureTracer(cluster, cluster.sim.now);
    const originNs = cluster.sim.now;
    const pod = cluster.pods.at(0);
    runFor(cluster, 1);
    cluster.failNode(cluster.nodes.at(pod?.nodeIndex ?? -1)?.name ?? "");
    tracer.failed({
      failure: "timed-out",
      service: "default/web",
      port: 80,
      servicePort: 0,
      node: 1,
      pod: 0,
      byBalancer: false,
      isCut: false,
      establishedAtNs: originNs,
    });
    const [trace] = tracer.end();
    expect(trace?.endpoint).toMatchObject({ endedBy: "node", endedNs: S });
    expect(trace?.establishedNs).toBe(0);
    expect(trace?.slice).toBeUndefined();
  });
});

describe("a trace in words", () => {
  const trace: FailureTrace = {
    failure: "timed-out",
    atNs: 8_104 * MS,
    attempts: 3,
    lastNs: 9 * S,
    service: "default/web:80",
    node: "n1",
    byBalancer: false,
    isCut: false,
    endpoint: { pod: "default/web-1", address: "10.0.0.2", endedNs: 8_086 * MS, endedBy: "pod" },
    slice: {
      name: "web-abc",
      revision: "89",
      writtenNs: 7_059 * MS,
      sync: { startNs: 7_070 * MS, endNs: 7_111 * MS },
    },
    newer: {
      revision: "97",
      writtenNs: 8_092 * MS,
      arrivedNs: 8_104 * MS,
      sync: { startNs: 8_111 * MS, endNs: 8_153 * MS },
    },
  };

  it("says what was believed, since when, and when the news was in force", () => {
    expect(failureInWords(trace)).toMatchInlineSnapshot(
      `"At 8.104 s an attempt to reach default/web:80 through n1 vanished: its kube-proxy still had 10.0.0.2 (default/web-1; slice web-abc version 89, written at 7.059 s, in force from 7.111 s by its sync of 7.070 s); the pod ended at 8.086 s; version 97 without it had been written at 8.092 s, came to the node at 8.104 s and is in force from 8.153 s by its sync of 8.111 s."`,
    );
  });

  it("says who else is to blame where it was no view", () => {
    const { slice: _, newer: __, ...bare } = trace;
    const { endpoint: ___, ...nobody } = bare;
    expect([
      failureInWords({ ...bare, establishedNs: S }),
      failureInWords({ ...bare, byBalancer: true }),
      failureInWords({ ...nobody, failure: "refused" }),
      failureInWords({ ...bare, isCut: true, establishedNs: -S }),
    ]).toMatchInlineSnapshot(`
      [
        "At 8.104 s an attempt to reach default/web:80 through n1 vanished: its connection to 10.0.0.2 (default/web-1) stood since 1.000 s; the pod ended at 8.086 s.",
        "At 8.104 s an attempt to reach default/web:80 through n1 vanished: the load balancer still sent to 10.0.0.2 (default/web-1); the pod ended at 8.086 s.",
        "At 8.104 s an attempt to reach default/web:80 through n1 was refused: the node's kube-proxy had no endpoint for it.",
        "At 8.104 s an attempt to reach default/web:80 through n1 vanished: its connection to 10.0.0.2 (default/web-1) stood since before the measured time; its node cannot be reached from there.",
      ]
    `);
  });
});

function rank(one: Standing): number {
  return ["none", "serving", "ready"].indexOf(one);
}

function expectBetween(value: number, [after, until]: readonly [number, number]): void {
  expect(value).toBeGreaterThan(after);
  expect(value).toBeLessThanOrEqual(until);
}
