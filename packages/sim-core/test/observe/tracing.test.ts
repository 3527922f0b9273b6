import {
  EventTrace,
  exponential,
  Fingerprint,
  Simulation,
  seconds,
  verifyDeterminism,
} from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";

/** Two components that draw and schedule one another. */
function pingPong(sim: Simulation, rounds = 50): void {
  const stream = sim.random("network");
  const latency = exponential({ mean: 1000 });
  const ping = sim.handler("ping", (left) => {
    if (left > 0) sim.schedule(latency.sample(stream), pong, left);
  });
  const pong = sim.handler("pong", (left) => sim.schedule(latency.sample(stream), ping, left - 1));
  sim.schedule(0, ping, rounds);
  sim.run();
}

function fingerprintOf(seed: string, rounds?: number): Fingerprint {
  const sim = new Simulation({ seed });
  const fingerprint = new Fingerprint();
  sim.observe(fingerprint);
  pingPong(sim, rounds);
  return fingerprint;
}

describe("a fingerprint", () => {
  test("is the same for the same run and another for any other", () => {
    expect(fingerprintOf("1").value).toBe(fingerprintOf("1").value);
    const values = ["1", "2", "3"].flatMap((seed) =>
      [49, 50].map((rounds) => fingerprintOf(seed, rounds).value),
    );
    expect(new Set(values).size).toBe(6);
    // 101 events and 100 draws.
    expect(fingerprintOf("1").steps).toBe(201);
    expect(fingerprintOf("1").value).toMatch(/^[0-9a-f]{16}$/);
  });

  test("runs along: observing twice, or stopping, changes nothing else", () => {
    const sim = new Simulation({ seed: "1" });
    const [whole, first] = [new Fingerprint(), new Fingerprint()];
    sim.observe(whole);
    const stop = sim.observe(first);
    pingPong(sim);
    stop();
    const at = first.value;
    expect(whole.value).toBe(at);
    sim.after(1, () => {});
    sim.run();
    expect(first.value).toBe(at);
    expect(whole.value).not.toBe(at);
  });
});

describe("verifyDeterminism", () => {
  test("finds nothing in a deterministic program", () => {
    const report = verifyDeterminism((sim) => pingPong(sim), { seed: "1" });
    expect(report).toEqual({
      deterministic: true,
      steps: 201,
      fingerprint: fingerprintOf("1").value,
    });
  });

  test("names the first draw that differs, with its time, component and stream", () => {
    let run = 0;
    const report = verifyDeterminism(
      (sim) => {
        const stream = sim.random("network");
        run++;
        sim.at(seconds(1), function poll() {
          stream.double();
        });
        const handler = sim.handler("gossip", () => {
          if (run === 2) stream.double();
          sim.schedule(stream.int(1000), other);
        });
        const other = sim.handler("other", () => {});
        sim.scheduleAt(seconds(2), handler, 5);
        sim.run();
      },
      { seed: "1" },
    );
    if (report.deterministic) throw new Error("nothing was found");
    expect(report.difference).toMatchObject({
      index: 4,
      first: { kind: "event", component: "other" },
      second: { kind: "draw", time: seconds(2), component: "gossip", stream: "network" },
    });
    expect(report.difference?.sentence).toMatch(
      /^Step 4 differs: first "other" at 2\..*s ran with payload \(0, 0\), then "gossip" at 2s drew 0\.\d+ from stream "network"\.$/,
    );
  });

  test("names the run that goes on when the other has ended", () => {
    let rounds = 2;
    const report = verifyDeterminism((sim) => pingPong(sim, rounds--), { seed: "1" });
    expect(report).toMatchObject({
      deterministic: false,
      difference: { index: 0, first: { payload: [2, 0] }, second: { payload: [1, 0] } },
    });
  });

  test("still finds a difference beyond the steps that it keeps", () => {
    let rounds = 10;
    const program = (sim: Simulation) => {
      const extra = rounds++;
      pingPong(sim, 10);
      if (extra > 10) sim.random("late").double();
    };
    expect(verifyDeterminism(program, { seed: "1", keepSteps: 5 })).toEqual({
      deterministic: false,
      difference: undefined,
    });
  });
});

describe("an event trace", () => {
  test("is one JSON object a line", () => {
    const sim = new Simulation({ seed: "1" });
    const trace = new EventTrace();
    sim.observe(trace);
    pingPong(sim, 1);
    trace.span({ component: "kubelet", name: "start pod", startNs: 10, endNs: 25 });
    const lines = [...trace.jsonLines()];
    expect(lines).toHaveLength(4);
    expect(lines.every((line) => line.endsWith("\n"))).toBe(true);
    expect(JSON.parse(lines[0] as string)).toEqual({
      kind: "event",
      timeNs: 0,
      component: "ping",
      a: 1,
      b: 0,
      scheduledBy: "(outside of events)",
    });
    expect(JSON.parse(lines[1] as string)).toMatchObject({
      component: "pong",
      scheduledBy: "ping",
    });
    expect(JSON.parse(lines[3] as string)).toEqual({
      kind: "span",
      component: "kubelet",
      name: "start pod",
      startNs: 10,
      endNs: 25,
    });
  });

  test("is in Chrome's format one track per component, in microseconds", () => {
    const sim = new Simulation({ seed: "1" });
    const trace = new EventTrace();
    sim.observe(trace);
    sim.scheduleAt(
      1500,
      sim.handler("kubelet", () => {}),
      7,
    );
    sim.run();
    trace.span({ component: "proxy", name: "sync", startNs: 1000, endNs: 3500 });
    expect(JSON.parse(trace.chromeTrace())).toEqual({
      displayTimeUnit: "ns",
      traceEvents: [
        { name: "thread_name", ph: "M", pid: 1, tid: 1, args: { name: "kubelet" } },
        { name: "thread_name", ph: "M", pid: 1, tid: 2, args: { name: "proxy" } },
        {
          name: "kubelet",
          ph: "i",
          s: "t",
          pid: 1,
          tid: 1,
          ts: 1.5,
          args: { a: 7, b: 0, scheduledBy: "(outside of events)" },
        },
        { name: "sync", ph: "X", pid: 1, tid: 2, ts: 1, dur: 2.5 },
      ],
    });
  });

  test("keeps the latest events, and only those asked for", () => {
    const sim = new Simulation({ seed: "1" });
    const latest = new EventTrace({ limit: 3 });
    const pings = new EventTrace({ where: ({ component }) => component === "ping" });
    sim.observe(latest);
    sim.observe(pings);
    pingPong(sim, 5);
    const components = [...latest.jsonLines()].map((line) => JSON.parse(line).component);
    expect(components).toEqual(["ping", "pong", "ping"]);
    expect(latest.dropped).toBe(8);
    expect([...pings.jsonLines()]).toHaveLength(6);
    expect(() => new EventTrace({ limit: 0 })).toThrow("bad-trace-limit");
  });
});
