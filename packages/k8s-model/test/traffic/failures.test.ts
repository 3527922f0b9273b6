import { constant, exponential, micros, millis, type SimTime, seconds } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { playSituation, SITUATIONS } from "../../src/data-plane/index.ts";
import {
  DROPPED,
  FAILURES,
  type FailedAttempt,
  type Network,
  PodState,
  REFUSED,
  type RequestTraffic,
} from "../../src/traffic/index.ts";
import { oneClient, runOneServer } from "./one-server.ts";

const SERVERS = 3;

/** What becomes of a server at a time, and whether it is one that callers still choose. */
interface Fate {
  readonly pod: number;
  readonly atMs: number;
  readonly after: "closed" | "silent" | "cut" | "removed";
}

const fates = fc.array(
  fc.record({
    pod: fc.nat(SERVERS - 1),
    atMs: fc.nat(4_000),
    after: fc.constantFrom<Fate["after"]>("closed", "silent", "cut", "removed"),
  }),
  { maxLength: 4 },
);

interface Seen {
  readonly traffic: RequestTraffic;
  readonly told: readonly FailedAttempt[];
}

/** Requests to three servers, some of which end on the way in the ways that clusters know. */
function play(
  given: readonly Fate[],
  edge: NonNullable<Parameters<typeof runOneServer>[0]["edge"]>,
  isWatched = true,
): Seen {
  const told: FailedAttempt[] = [];
  const states: PodState[] = Array.from({ length: SERVERS }, () => PodState.serving);
  const cut = new Set<number>();
  let endpoints: readonly number[] = [0, 1, 2];
  const base = oneClient(SERVERS);
  const network: Network = {
    ...base,
    // A node for each server, so that one alone can be cut off.
    nodeOf: (pod) => (pod < SERVERS ? pod + 1 : 0),
    place: (node) => ({ node, zone: node === 0 ? 0 : 1, region: 0 }),
    podState: (pod) => states[pod] ?? PodState.serving,
    endpoints: () => (endpoints.length === 0 ? REFUSED : endpoints),
    isCut: (_, other) => cut.has(other - 1),
    ...(isWatched ? { attemptFailed: (attempt) => told.push(attempt) } : {}),
  };
  const traffic = runOneServer({
    rateHz: 300,
    edge,
    server: { serviceTimeNs: constant(millis(3)), workers: 50 },
    length: seconds(6),
    network,
    options: { binNs: seconds(1) },
    during: (sim, running) => {
      for (const { pod, atMs, after } of given) {
        sim.at((atMs * 1_000_000) as SimTime, () => {
          if (after === "cut") cut.add(pod);
          else if (after === "removed") endpoints = endpoints.filter((other) => other !== pod);
          else if (states[pod] === PodState.serving) {
            states[pod] = PodState[after];
            running.podStopped(pod);
          }
        });
      }
    },
  });
  return { traffic, told };
}

const edges = fc.record({
  retries: fc.nat(3),
  timeoutNs: fc.constantFrom(millis(200), seconds(1)),
  connection: fc.constantFrom(
    { kind: "per-request", requestsPerConnection: 1 } as const,
    { kind: "keep-alive", requestsPerConnection: 10 } as const,
    { kind: "long-lived", requestsPerConnection: Number.POSITIVE_INFINITY } as const,
  ),
});

const sum = (values: Iterable<number>): number => [...values].reduce((so, value) => so + value, 0);

describe("whatever happens to servers", () => {
  test("calls, failures and retries add up", () => {
    fc.assert(
      fc.property(fates, edges, (given, edge) => {
        const { traffic } = play(given, edge);
        const [ledger] = traffic.ledger.edges;
        if (ledger === undefined) throw new Error("no edge");
        expect(traffic.inFlight).toBe(0);
        expect(ledger.latency.count + sum(ledger.failures)).toBe(ledger.calls);
        expect(sum(ledger.retriedFailures)).toBe(ledger.retries);
        expect(ledger.retries).toBeLessThanOrEqual(ledger.calls * edge.retries);
        if (edge.retries === 0) expect(ledger.retries).toBe(0);
        // Only an attempt that was given a connection sends a request.
        expect(sum(ledger.requestsByDistance)).toBeLessThanOrEqual(ledger.calls + ledger.retries);
      }),
      { numRuns: 40 },
    );
  });

  test("every failed attempt is told once, by its cause", () => {
    fc.assert(
      fc.property(fates, edges, (given, edge) => {
        const { traffic, told } = play(given, edge);
        const [ledger] = traffic.ledger.edges;
        for (const [code, cause] of FAILURES.entries()) {
          const failed = (ledger?.failures[code] ?? 0) + (ledger?.retriedFailures[code] ?? 0);
          const heard = told.filter(({ failure }) => failure === cause).length;
          expect([cause, heard]).toEqual([cause, failed]);
        }
        for (const { failure, pod, establishedAtNs } of told) {
          if (failure === "reset") expect(establishedAtNs).toBeDefined();
          if (pod < 0) expect(failure).toBe("refused");
        }
      }),
      { numRuns: 40 },
    );
  });

  test("requests that succeeded are counted at the pods that answered", () => {
    fc.assert(
      fc.property(fates, edges, (given, edge) => {
        const { ledger } = play(given, edge).traffic;
        let answered = 0;
        for (const bin of ledger.bins) {
          const byPod = sum(bin.answeredByPod.values());
          expect(byPod).toBe(bin.requests - bin.failed);
          answered += byPod;
        }
        expect(answered).toBe(ledger.latency.count);
      }),
      { numRuns: 20 },
    );
  });

  test("looking on changes nothing", () => {
    fc.assert(
      fc.property(fates, edges, (given, edge) => {
        const withTraces = play(given, edge).traffic.ledger.edges[0];
        const without = play(given, edge, false);
        expect(without.traffic.ledger.edges[0]?.failures).toEqual(withTraces?.failures);
        expect(without.traffic.ledger.edges[0]?.latency.snapshot()).toEqual(
          withTraces?.latency.snapshot(),
        );
      }),
      { numRuns: 10 },
    );
  });
});

describe("what a client sees is what it sees in the packet lab", () => {
  const alive = oneClient();
  const ends =
    (after: PodState): ((at: SimTime) => Partial<Network>) =>
    () => ({ podState: () => after });
  test.each([
    ["empty-clusterip", "tcp", "no endpoint", () => ({ endpoints: () => REFUSED })],
    ["empty-itp-local", "tcp", "no local endpoint", () => ({ endpoints: () => DROPPED })],
    ["closed-backend-port", "tcp", "nothing listens", ends(PodState.closed)],
    ["dead-endpoint-ip", "tcp", "no such pod", ends(PodState.silent)],
    ["gone-pod", "new tcp", "the pod is gone", ends(PodState.silent)],
  ] as const)("%s, %s: %s", (id, what, _, fate) => {
    const situation = SITUATIONS.find((one) => one.id === id);
    if (situation === undefined) throw new Error(`no situation ${id}`);
    const lab = playSituation(situation, { seed: "failures", mode: "iptables" });
    const note = lab.notes.findLast((one) => one.what === what);
    const seen = /refused/.test(String(note?.result)) ? "refused" : "timed-out";
    const { failures } = runOneServer({
      rateHz: 1,
      edge: { connection: { kind: "per-request", requestsPerConnection: 1 } },
      length: seconds(3),
      network: { ...alive, ...(fate as (at: SimTime) => Partial<Network>)(seconds(0)) },
    }).ledger.edges[0] ?? { failures: [] };
    const causes = FAILURES.filter((__, code) => (failures[code] ?? 0) > 0);
    expect(causes).toEqual([seen]);
  });

  test("gone-pod, established tcp: the pod is gone under a connection", () => {
    const situation = SITUATIONS.find((one) => one.id === "gone-pod");
    if (situation === undefined) throw new Error("no situation gone-pod");
    const lab = playSituation(situation, { seed: "failures", mode: "iptables" });
    const note = lab.notes.find((one) => one.what === "established tcp");
    expect(String(note?.result)).toContain("timed out");
    let gone = false;
    const traffic = runOneServer({
      rateHz: 10,
      edge: {
        connection: { kind: "long-lived", requestsPerConnection: Number.POSITIVE_INFINITY },
        timeoutNs: millis(500),
      },
      server: { serviceTimeNs: exponential({ mean: micros(100) }) },
      length: seconds(4),
      network: { ...alive, podState: () => (gone ? PodState.silent : PodState.serving) },
      during: (sim, running) => {
        sim.at(seconds(2), () => {
          gone = true;
          running.podStopped(0);
        });
      },
    });
    const [edge] = traffic.ledger.edges;
    expect(edge?.failures[FAILURES.indexOf("timed-out")]).toBeGreaterThan(10);
    expect(edge?.failures[FAILURES.indexOf("reset")]).toBe(0);
    expect(edge?.latency.count).toBeGreaterThan(10);
  });

  test("a caller is told of six refusals at once and of one a second from then on", () => {
    const network: Network = { ...alive, endpoints: () => REFUSED };
    let tokensNs: number = seconds(6);
    let lastNs = 0;
    const budgeted: Network = {
      ...network,
      tellsRefusal: (_, nowNs) => {
        tokensNs = Math.min(seconds(6), tokensNs + nowNs - lastNs);
        lastNs = nowNs;
        if (tokensNs < seconds(1)) return false;
        tokensNs -= seconds(1);
        return true;
      },
    };
    const [edge] = runOneServer({
      rateHz: 50,
      edge: { timeoutNs: seconds(1) },
      length: seconds(20),
      network: budgeted,
    }).ledger.edges;
    const [refused = 0, , timedOut = 0] = edge?.failures ?? [];
    expect(refused).toBeGreaterThanOrEqual(25);
    expect(refused).toBeLessThanOrEqual(26);
    expect(refused + timedOut).toBe(edge?.calls);
  });
});
