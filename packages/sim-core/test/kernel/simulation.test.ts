import {
  constant,
  exponential,
  HandlerFailure,
  NO_EVENT,
  runInTurns,
  Simulation,
  seconds,
  trace,
} from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";

function setUp() {
  const sim = new Simulation({ seed: "kernel" });
  const log: string[] = [];
  const say = (text: string) => log.push(`${sim.now} ${text}`);
  return { sim, log, say };
}

describe("events", () => {
  test("run by time, then priority, then in order of scheduling", () => {
    const { sim, log, say } = setUp();
    const handler = sim.handler("handler", (a, b) => say(`${a} ${b}`));
    sim.schedule(10, handler, 1);
    sim.scheduleAt(10, handler, 2, -7);
    sim.schedule(10, handler, 3, 0, -1);
    sim.at(5, () => {
      say("action");
      sim.schedule(0, handler, 4);
    });
    sim.after(5, () => say("second action"));
    sim.run();
    expect(log).toEqual(["5 action", "5 second action", "5 4 0", "10 3 0", "10 1 0", "10 2 -7"]);
    expect([sim.events, sim.pending, sim.nextTime]).toEqual([6, 0, undefined]);
  });

  test("have times in whole nanoseconds", () => {
    const { sim, log, say } = setUp();
    sim.after(0.5, () => say("rounded up"));
    sim.after(0.4, () => say("rounded down"));
    sim.run();
    expect(log).toEqual(["0 rounded down", "1 rounded up"]);
  });

  test("cannot be in the past, at no time, or beyond the end of time", () => {
    const { sim } = setUp();
    const handler = sim.handler("handler", () => {});
    const id = sim.schedule(20, handler);
    sim.runUntil(10);
    for (const bad of [9, -1, Number.NaN, Infinity, 2 ** 53]) {
      expect(() => sim.scheduleAt(bad, handler)).toThrow("time-in-the-past");
      expect(() => sim.at(bad, () => {})).toThrow("time-in-the-past");
      expect(() => sim.reschedule(id, bad)).toThrow("time-in-the-past");
      expect(() => sim.runUntil(bad)).toThrow("time-in-the-past");
    }
    expect(() => sim.schedule(-1, handler)).toThrow("time-in-the-past");
    expect(sim.pending).toBe(1);
  });

  test("can be cancelled and moved until they run, and their names are never given again", () => {
    const { sim, log, say } = setUp();
    const handler = sim.handler("handler", (a) => say(String(a)));
    const first = sim.schedule(10, handler, 1);
    const second = sim.schedule(10, handler, 2);
    const third = sim.schedule(10, handler, 3);
    expect(sim.cancel(second)).toBe(true);
    expect(sim.cancel(second)).toBe(false);
    expect(sim.reschedule(first, 10)).toBe(true);
    const fourth = sim.schedule(5, handler, 4);
    expect(fourth).not.toBe(second);
    expect(sim.isPending(second)).toBe(false);
    sim.run();
    expect(log).toEqual(["5 4", "10 3", "10 1"]);
    for (const id of [first, third, fourth, NO_EVENT]) {
      expect([sim.cancel(id), sim.reschedule(id, 20)]).toEqual([false, false]);
    }
  });

  test("leave no garbage behind when cancelled", () => {
    const { sim } = setUp();
    const handler = sim.handler("handler", () => {});
    sim.schedule(1e9, handler);
    const before = sim.queueBytes;
    for (let i = 0; i < 200_000; i++) sim.cancel(sim.schedule(1e6 + i, handler));
    for (let i = 0; i < 200_000; i++) sim.cancel(sim.after(1e6 + i, () => {}));
    expect(sim.pending).toBe(1);
    expect(sim.queueBytes).toBe(before);
  });

  test("need a handler of their own simulation", () => {
    const { sim } = setUp();
    const other = new Simulation({ seed: "other" });
    other.handler("one", () => {});
    const foreign = other.handler("two", () => {});
    expect(() => sim.schedule(0, foreign)).toThrow("unknown-handler");
  });

  test("repeat until stopped, from inside or outside", () => {
    const { sim, log, say } = setUp();
    let left = 3;
    const repetition = sim.every(10, () => {
      say("tick");
      if (--left === 0) repetition.stop();
    });
    const outside = sim.every(7, () => say("tock"), { firstNs: 0 });
    sim.at(8, () => outside.stop());
    sim.run();
    expect(log).toEqual(["0 tock", "7 tock", "10 tick", "20 tick", "30 tick"]);
    expect(() => sim.every(0, () => {})).toThrow("not-a-period");
  });

  test("arrive by an arrival process until it ends or is stopped", () => {
    const { sim, log, say } = setUp();
    sim.arrivals(trace([1, 1, 2.6]), sim.random("a"), () => say("a"));
    const b = sim.arrivals(trace([2], { repeatAfterNs: 2 }), sim.random("b"), () => say("b"));
    sim.at(5, () => b.stop());
    sim.run();
    expect(log).toEqual(["1 a", "1 a", "2 b", "3 a", "4 b"]);
  });
});

describe("a run", () => {
  test("until a time includes that time and leaves the clock there", () => {
    const { sim, log, say } = setUp();
    for (const time of [1, 5, 6]) sim.at(time, () => say("event"));
    expect(sim.runUntil(5)).toEqual({ end: "reached", events: 2, now: 5 });
    expect(log).toEqual(["1 event", "5 event"]);
    expect(sim.nextTime).toBe(6);
    expect(sim.runUntil(20)).toEqual({ end: "reached", events: 1, now: 20 });
  });

  test("goes in steps", () => {
    const { sim } = setUp();
    sim.at(3, () => {});
    expect([sim.step(), sim.now, sim.step()]).toEqual([true, 3, false]);
  });

  test("pauses on stop, and the same events follow", () => {
    const { sim, log, say } = setUp();
    for (const time of [1, 2, 3]) {
      sim.at(time, () => {
        say("event");
        if (time === 2) sim.stop();
      });
    }
    expect(sim.runUntil(10)).toEqual({ end: "stopped", events: 2, now: 2 });
    sim.stop();
    expect(sim.run()).toEqual({ end: "empty", events: 1, now: 3 });
    expect(log).toEqual(["1 event", "2 event", "3 event"]);
  });

  test("keeps to its budgets and conditions", () => {
    const { sim } = setUp();
    let count = 0;
    sim.every(1, () => count++);
    expect(sim.run({ maxEvents: 10 })).toEqual({ end: "event-budget", events: 10, now: 10 });
    expect(sim.run({ stopWhen: () => count === 25 }).end).toBe("condition");
    expect(count).toBe(25);
    const signal = { aborted: false };
    sim.at(2000, () => {
      signal.aborted = true;
    });
    expect(sim.run({ signal }).end).toBe("aborted");
    expect(count).toBeLessThan(2000 + 1024);
    let milliseconds = 0;
    const clock = () => milliseconds++;
    expect(sim.run({ clock, maxMilliseconds: 5 }).end).toBe("time-budget");
    expect(sim.runUntil(sim.now + 10, { maxEvents: 3 }).end).toBe("event-budget");
  });

  test("tells how far it has come", () => {
    const { sim } = setUp();
    sim.every(10, () => {});
    let milliseconds = 0;
    const reports: unknown[] = [];
    sim.runUntil(40_960, {
      clock: () => (milliseconds += 500),
      progress: (report) => reports.push(report),
      progressEvery: 2048,
    });
    expect(reports).toEqual([
      { now: 20_480, events: 2048, eventsPerSecond: 1024, share: 0.5, secondsLeft: 2 },
      {
        now: 40_960,
        events: 4096,
        eventsPerSecond: 1170.2857142857142,
        share: 1,
        secondsLeft: 0,
      },
    ]);
  });

  test("in turns lets others run, and does the same", async () => {
    const play = () => {
      const { sim, log, say } = setUp();
      const gap = exponential({ mean: 10 });
      const stream = sim.random("gaps");
      sim.process("walker", function* () {
        for (let i = 0; i < 100; i++) {
          yield gap.sample(stream);
          say("step");
        }
      });
      return { sim, log };
    };
    const [ordinary, inTurns] = [play(), play()];
    ordinary.sim.run();
    let turns = 0;
    const turn = async () => {
      turns++;
    };
    const summary = await runInTurns(inTurns.sim, { turn, eventsPerTurn: 10 });
    expect(summary.end).toBe("empty");
    expect(turns).toBe(10);
    expect(inTurns.log).toEqual(ordinary.log);

    const paused = play();
    const signal = { aborted: false };
    const abort = async () => {
      signal.aborted = true;
    };
    const pause = await runInTurns(paused.sim, { turn: abort, eventsPerTurn: 7, signal });
    expect(pause).toMatchObject({ end: "aborted", events: 7 });
    await runInTurns(paused.sim, { turn });
    expect(paused.log).toEqual(ordinary.log);
  });

  test("cannot begin inside another", () => {
    const { sim } = setUp();
    sim.at(1, () => sim.run());
    expect(() => sim.run()).toThrow("already-running");
  });
});

describe("a failing handler", () => {
  test("is named with its time, its component and who scheduled it", () => {
    const { sim } = setUp();
    const failing = sim.handler("kubelet", () => {
      throw new Error("no such pod");
    });
    const scheduling = sim.handler("scheduler", () => {
      sim.schedule(seconds(1.5), failing, 3, 4);
    });
    sim.schedule(0, scheduling);
    sim.at(seconds(2), () => {});
    expect(() => sim.run()).toThrowErrorMatchingInlineSnapshot(`
      [HandlerFailure: "kubelet" failed at 1.5s: no such pod
      It was scheduled by "scheduler" with payload (3, 4). 
      The same seed fails again: make the simulation with { sites: true } to see the scheduling line. [handler-failed]]
    `);
    expect([sim.now, sim.pending, sim.events]).toEqual([1_500_000_000, 1, 2]);
    expect(sim.run().end).toBe("empty");
  });

  test("is named with the line that scheduled it when sites are kept", () => {
    const sim = new Simulation({ seed: "sites", sites: true });
    function somewhereInTheModel() {
      sim.after(1, () => {
        throw new Error("oh");
      });
    }
    somewhereInTheModel();
    const failure = failureOf(() => sim.run());
    expect(failure.event.site).toContain("somewhereInTheModel");
    expect(failure.event.site?.split("\n")[0]).toContain("somewhereInTheModel");
    expect((failure.cause as Error).message).toBe("oh");
  });

  test("in a process carries the name of the process, in an action that of the function", () => {
    const { sim } = setUp();
    sim.process("worker 7", function* () {
      yield 1;
      throw new Error("tired");
    });
    expect(failureOf(() => sim.run()).event.component).toBe("worker 7");
    sim.after(1, function rebalance() {
      throw new Error("unbalanced");
    });
    expect(failureOf(() => sim.run()).event.component).toBe("rebalance");
  });
});

function failureOf(run: () => void): HandlerFailure {
  try {
    run();
  } catch (error) {
    if (error instanceof HandlerFailure) return error;
  }
  throw new Error("no handler failed");
}

describe("the streams of a simulation", () => {
  test("are saved and continued exactly, also those not asked for yet", () => {
    const first = new Simulation({ seed: "streams" });
    const [a, b] = [first.random("a"), first.random("b")];
    for (let i = 0; i < 10; i++) a.double();
    b.double();
    const saved = JSON.parse(JSON.stringify(first.saveStreams()));
    const expected = [a.double(), b.double(), a.double()];

    const second = new Simulation({ seed: "another" });
    const early = second.random("a");
    second.restoreStreams(saved);
    const late = second.random("b");
    expect([early.double(), late.double(), early.double()]).toEqual(expected);
    expect(early.draws).toBe(12);
  });

  test("are mirrored in the antithetic simulation", () => {
    const [plain, mirrored] = [false, true].map((antithetic) =>
      new Simulation({ seed: "pair", antithetic }).random("u"),
    );
    for (let i = 0; i < 100; i++) {
      expect((plain?.double() ?? 0) + (mirrored?.double() ?? 0)).toBe(1);
    }
  });

  test("feed constants without drawing", () => {
    const stream = new Simulation({ seed: "constant" }).random("c");
    expect([constant(5).sample(stream), stream.draws]).toEqual([5, 0]);
  });
});
