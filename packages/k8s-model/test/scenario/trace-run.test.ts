import {
  cluster,
  deployment,
  nodeFailure,
  openLoop,
  scenario,
  service,
  type TrafficTrace,
  traceScenario,
} from "@k8s-netsim/k8s-model/scenario";
import { constant, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";

/** Pods of `web` are replaced, or a node with one of them dies, while `caller` calls them. */
function changing(happens: "update" | "node failure") {
  const web = (revision: string) =>
    deployment("web", { replicas: 4, graceSeconds: 5, readinessSeconds: 1, revision });
  return scenario("changing", {
    question: "What do packets look like while pods come and go?",
    vary: { exitSeconds: [0.3, 0] },
    runs: { replications: 1, warmUp: seconds(1), length: seconds(30) },
    build: ({ exitSeconds }) =>
      cluster({
        zones: { a: { nodes: 2 }, b: { nodes: 2 } },
        timings: { podStop: constant(seconds(exitSeconds)) },
        objects: [web("1"), deployment("caller", { replicas: 2 }), service("web", { port: 80 })],
        traffic: [openLoop({ from: { deployment: "caller" }, to: "web:80", ratePerSecond: 5 })],
        ...(happens === "update"
          ? { changes: [{ at: seconds(3), objects: [web("2")] }] }
          : { faults: [nodeFailure("node-1-a", { at: seconds(3) })] }),
      }),
    measure: () => ({}),
  });
}

const options = { seed: "run", network: "routed" } as const;

function countsOf({ tallies }: TrafficTrace, keptOpen: boolean): Record<string, number> {
  return { ...tallies.find((one) => one.keptOpen === keptOpen)?.counts };
}

describe("a trace of a rolling update", () => {
  const traced = traceScenario(changing("update"), new Map([["exitSeconds", 0]]), options);

  it("captures some that were answered and all kinds of failure", () => {
    const counts = countsOf(traced, false);
    expect(counts.answered).toBeGreaterThan(500);
    const failed = traced.connections.filter(({ kind }) => kind !== "answered");
    expect(failed.length).toBeGreaterThan(0);
    expect(traced.connections.length).toBeLessThan(25);
  });

  it("traces each failure to the pod's end, the slice in force and the sync that mended it", () => {
    const failed = traced.connections.filter(({ kind, keptOpen }) => {
      return kind !== "answered" && keptOpen === false;
    });
    for (const { cause } of failed) {
      expect(cause).toMatch(/its kube-proxy still had [\d.]+ \(default\/web-\S+; slice web-\S+/);
      expect(cause).toMatch(/the pod ended at [\d.]+ s; version \d+ without it/);
      expect(cause).toMatch(/is in force from [\d.]+ s by its sync of [\d.]+ s/);
    }
    const said = new Set(traced.capture.frames.flatMap(({ comments }) => comments));
    for (const { cause = "" } of failed) expect(said).toContain(cause);
  });

  it("shows a connection that stood being reset by the pod that ended", () => {
    const reset = traced.connections.find(({ kind, keptOpen }) => kind === "reset" && keptOpen);
    expect(reset?.cause).toMatch(/its connection to [\d.]+ \(default\/web-\S+\) stood since/);
    const said = traced.capture.frames.flatMap(({ comments }) => comments).join("\n");
    expect(said).toContain("its program has ended: the kernel closes the connection");
    expect(said).toContain("nobody is left to read this: reset");
  });

  it("is the same under the same seed", () => {
    const again = traceScenario(changing("update"), new Map([["exitSeconds", 0]]), options);
    const bytes = (trace: TrafficTrace): string =>
      trace.capture.frames.map((frame) => [...frame.bytes].join(" ")).join("\n");
    expect(bytes(again)).toBe(bytes(traced));
    expect(again.connections).toEqual(traced.connections);
  });

  it("holds still where nothing is to happen", () => {
    const still = traceScenario(changing("update"), new Map(), { ...options, atRest: true });
    expect(still.connections.map(({ kind }) => kind)).toEqual(["answered"]);
    expect(still.tallies).toEqual([]);
  });
});

describe("a trace of a node's failure", () => {
  const traced = traceScenario(changing("node failure"), new Map(), options);

  it("shows SYNs that are sent again to a pod that nobody has told of", () => {
    const lost = traced.connections.find(({ kind }) => kind === "timed-out");
    expect(lost?.cause).toContain("vanished: its kube-proxy still had");
    const syns = lost?.way?.steps.filter(({ packet }) => packet.includes("TCP S,")) ?? [];
    expect(syns.length).toBeGreaterThan(2);
    const causes = syns.flatMap((step) => step.causes).join("\n");
    expect(causes).toContain("no answer: SYN again, for the 1st time");
  });
});

describe("balancing in the socket", () => {
  it("shows endpoints, and never the cluster IP", () => {
    const traced = traceScenario(changing("update"), new Map([["exitSeconds", 0]]), {
      ...options,
      mode: "ebpf",
    });
    const packets = traced.connections.flatMap(({ way }) => way?.steps ?? []);
    expect(packets.length).toBeGreaterThan(0);
    for (const { packet } of packets) expect(packet).not.toMatch(/ 10\.(9[6-9]|10\d|11[01])\./);
  });
});
