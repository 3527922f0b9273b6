import {
  allOf,
  anyOf,
  delay,
  HandlerFailure,
  Interrupted,
  Resource,
  Signal,
  Simulation,
  Store,
  timeOut,
} from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";

function setUp() {
  const sim = new Simulation({ seed: "processes" });
  const log: string[] = [];
  const say = (text: string) => log.push(`${sim.now} ${text}`);
  return { sim, log, say };
}

describe("a process", () => {
  test("waits for time and for what other processes return", () => {
    const { sim, log, say } = setUp();
    const worker = sim.process("worker", function* () {
      yield delay(10);
      say("worked");
      return 42;
    });
    sim.process("boss", function* () {
      const result: number = yield* worker;
      say(`got ${result}`);
      const again: number = yield* worker;
      say(`got ${again} again`);
    });
    sim.run();
    expect(log).toEqual(["10 worked", "10 got 42", "10 got 42 again"]);
    expect(worker.state).toBe("finished");
  });

  test("starts as an event of its own, in order of starting, after a delay if asked", () => {
    const { sim, log, say } = setUp();
    const body = (name: string) =>
      function* () {
        say(name);
        yield 0;
      };
    sim.process("late", body("late"), { delayNs: 5 });
    sim.process("first", body("first"));
    sim.process("second", body("second"));
    expect(log).toEqual([]);
    sim.run();
    expect(log).toEqual(["0 first", "0 second", "5 late"]);
  });

  test("throws into those who wait for it, and out of the run when nobody does", () => {
    const { sim, log, say } = setUp();
    const failing = sim.process("failing", function* () {
      yield 3;
      throw new Error("out of luck");
    });
    sim.process("joiner", function* () {
      try {
        yield failing;
      } catch (error) {
        say(String(error));
      }
    });
    sim.run();
    expect(log).toEqual(["3 Error: out of luck"]);
    expect(failing.state).toBe("failed");

    sim.process("lonely", function* () {
      yield 4;
      throw new Error("nobody there");
    });
    expect(() => sim.run()).toThrow(HandlerFailure);
  });

  test("gets mistakes thrown at the line that made them", () => {
    const { sim, log, say } = setUp();
    const pool = new Resource("pool", { capacity: 2 });
    sim.process("greedy", function* () {
      try {
        yield pool.acquire({ units: 3 });
      } catch (error) {
        say((error as Error).message);
      }
      try {
        yield -1;
      } catch (error) {
        say((error as { code: string }).code);
      }
    });
    sim.run();
    expect(log).toEqual([
      '0 Resource "pool" of capacity 2 can never grant 3 units. Ask for more than 0 and at most the capacity. [bad-resource-units]',
      "0 time-in-the-past",
    ]);
  });
});

describe("a signal", () => {
  test("wakes all who wait when it fires, in order, and nobody later", () => {
    const { sim, log, say } = setUp();
    const bell = new Signal<string>("bell");
    for (const name of ["a", "b"]) {
      sim.process(name, function* () {
        say(`${name} ${yield* bell}`);
      });
    }
    sim.process("late", function* () {
      yield 6;
      yield timeOut(bell, 100);
      say("late gave up");
    });
    sim.at(5, () => say(`woke ${bell.fire("ding")}`));
    sim.run();
    expect(log).toEqual(["5 woke 2", "5 a ding", "5 b ding", "106 late gave up"]);
  });

  test("stays fired with its first value when it is latched", () => {
    const { sim, log, say } = setUp();
    const ready = new Signal<number>("ready", { latched: true });
    ready.fire(1);
    ready.fire(2);
    sim.process("late", function* () {
      say(`value ${yield* ready}`);
    });
    sim.run();
    expect(log).toEqual(["0 value 1"]);
    expect(ready.fired).toBe(true);
  });
});

describe("a resource", () => {
  test("serves lower priorities first and equals in order of asking", () => {
    const { sim, log, say } = setUp();
    const server = new Resource("server");
    const customer = (name: string, atNs: number, priority: number) =>
      sim.process(
        name,
        function* () {
          yield server.acquire({ priority });
          say(name);
          yield 10;
          server.release();
        },
        { delayNs: atNs },
      );
    customer("first", 0, 5);
    customer("low-1", 1, 5);
    customer("low-2", 2, 5);
    customer("high", 3, 1);
    sim.run();
    expect(log).toEqual(["0 first", "10 high", "20 low-1", "30 low-2"]);
    expect(server.inUse).toBe(0);
  });

  test("lets nobody overtake the first in line, however little they ask for", () => {
    const { sim, log, say } = setUp();
    const pool = new Resource("pool", { capacity: 3 });
    const user = (name: string, units: number) =>
      sim.process(name, function* () {
        yield pool.acquire({ units });
        say(name);
        yield 10;
        pool.release(units);
      });
    user("two", 2);
    user("three", 3);
    user("one", 1);
    sim.run();
    expect(log).toEqual(["0 two", "10 three", "20 one"]);
  });

  test("is given back by use(...) also when its user is killed or interrupted", () => {
    const { sim, log, say } = setUp();
    const server = new Resource("server");
    const user = (name: string) =>
      sim.process(name, function* () {
        try {
          yield* server.use(100);
          say(`${name} done`);
        } catch (error) {
          say(`${name} ${(error as Interrupted).reason}`);
        }
      });
    const first = user("first");
    const second = user("second");
    user("third");
    sim.at(10, () => first.kill());
    sim.at(20, () => second.interrupt("enough"));
    sim.run();
    expect(log).toEqual(["20 second enough", "120 third done"]);
    expect(server.inUse).toBe(0);
  });

  test("loses no unit when a process dies between being granted and going on", () => {
    const { sim, log, say } = setUp();
    const server = new Resource("server");
    const holder = sim.process("holder", function* () {
      yield server.acquire();
      yield 10;
      server.release();
      heir.kill();
    });
    const heir = sim.process("heir", function* () {
      yield server.acquire();
      say("never");
    });
    sim.process("next", function* () {
      yield server.acquire();
      say("next");
      server.release();
    });
    sim.run();
    expect(log).toEqual(["10 next"]);
    expect([holder.state, heir.state]).toEqual(["finished", "killed"]);
    expect(server.inUse).toBe(0);
  });

  test("serves those behind a request that leaves the line", () => {
    const { sim, log, say } = setUp();
    const pool = new Resource("pool", { capacity: 2 });
    sim.process("one", function* () {
      yield* pool.use(100);
    });
    const big = sim.process("big", function* () {
      yield pool.acquire({ units: 2 });
    });
    sim.process("small", function* () {
      yield pool.acquire();
      say("small");
      pool.release();
    });
    sim.at(5, () => big.kill());
    sim.run();
    expect(log).toEqual(["5 small"]);
  });

  test("refuses to take back what nobody holds", () => {
    expect(() => new Resource("pool").release()).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: Resource "pool" cannot take back 1 units: 0 are in use. Release once for every acquire, with the same number of units. [resource-not-held]]`,
    );
  });
});

describe("a store", () => {
  test("hands items over first in, first out, and makes both sides wait", () => {
    const { sim, log, say } = setUp();
    const shelf = new Store<string>("shelf", { capacity: 1 });
    sim.process("maker", function* () {
      for (const item of ["a", "b", "c"]) {
        yield shelf.put(item);
        say(`put ${item}`);
      }
    });
    sim.process("taker", function* () {
      for (let i = 0; i < 3; i++) {
        yield 10;
        say(`took ${yield* shelf.get()}`);
      }
    });
    sim.run();
    expect(log).toEqual(["0 put a", "10 took a", "10 put b", "20 took b", "20 put c", "30 took c"]);
  });

  test("passes an item on when its taker dies before it arrives", () => {
    const { sim, log, say } = setUp();
    const shelf = new Store<string>("shelf");
    const taker = (name: string) =>
      sim.process(name, function* () {
        say(`${name} took ${yield* shelf.get()}`);
      });
    const first = taker("first");
    taker("second");
    sim.at(5, () => {
      shelf.offer("only");
      first.kill();
    });
    sim.run();
    expect(log).toEqual(["5 second took only"]);
  });
});

describe("several waits", () => {
  test("end with the first of any, and the others hold nothing", () => {
    const { sim, log, say } = setUp();
    const shelf = new Store<string>("shelf");
    const server = new Resource("server");
    sim.process("holder", function* () {
      yield* server.use(50);
    });
    sim.process("chooser", function* () {
      const first = yield* anyOf(shelf.get(), server.acquire(), 20);
      say(`${first.index} ${first.value}`);
    });
    sim.run();
    shelf.offer("x");
    expect(log).toEqual(["20 2 undefined"]);
    expect([server.inUse, server.waiting, shelf.size]).toEqual([0, 0, 1]);
  });

  test("of which one frees another end with one only", () => {
    const { sim, log, say } = setUp();
    const pool = new Resource("pool", { capacity: 2 });
    const bell = new Signal("bell");
    sim.process("holder", function* () {
      yield* pool.use(50);
    });
    sim.process("chooser", function* () {
      const big = pool.acquire({ units: 2 });
      const small = pool.acquire({ units: 1 });
      const first = yield* anyOf(big, small, bell);
      say(`ended with ${first.index}`);
    });
    sim.at(10, () => bell.fire());
    sim.run();
    expect(log).toEqual(["10 ended with 2"]);
    expect(pool.inUse).toBe(0);
  });

  test("give all their values in the order asked", () => {
    const { sim, log, say } = setUp();
    const shelf = new Store<string>("shelf");
    const slow = sim.process("slow", function* () {
      yield 30;
      return "slow";
    });
    sim.process("collector", function* () {
      say(JSON.stringify(yield* allOf(slow, shelf.get(), 10)));
    });
    sim.at(5, () => shelf.offer("item"));
    sim.run();
    expect(log).toEqual(['30 ["slow","item",null]']);
  });

  test("give back what they were granted when the whole is given up", () => {
    const { sim } = setUp();
    const left = new Resource("left");
    const right = new Resource("right");
    sim.process("holder", function* () {
      yield* right.use(100);
    });
    const both = sim.process("both", function* () {
      yield allOf(left.acquire(), right.acquire());
    });
    sim.at(5, () => both.kill());
    sim.runUntil(6);
    expect([left.inUse, right.inUse, right.waiting]).toEqual([0, 1, 0]);
  });

  test("fail when one fails", () => {
    const { sim, log, say } = setUp();
    const left = new Resource("left");
    const failing = sim.process("failing", function* () {
      yield 5;
      throw new Error("no");
    });
    sim.process("joiner", function* () {
      try {
        yield allOf(left.acquire(), failing, 100);
      } catch (error) {
        say(String(error));
      }
    });
    sim.run();
    expect(log).toEqual(["5 Error: no"]);
    expect(left.inUse).toBe(0);
  });

  test("with a time-out say whether it struck", () => {
    const { sim, log, say } = setUp();
    const shelf = new Store<string>("shelf");
    sim.process("patient", function* () {
      say(JSON.stringify(yield* timeOut(shelf.get(), 10)));
      say(JSON.stringify(yield* timeOut(shelf.get(), 10)));
    });
    sim.at(15, () => shelf.offer("x"));
    sim.run();
    expect(log).toEqual(['10 {"timedOut":true}', '15 {"timedOut":false,"value":"x"}']);
  });

  test("cannot be shared by two waiters", () => {
    const { sim } = setUp();
    const shelf = new Store<string>("shelf");
    const get = shelf.get();
    for (const name of ["one", "two"]) {
      sim.process(name, function* () {
        yield get;
      });
    }
    expect(() => sim.run()).toThrow("wait-in-use");
  });
});

describe("an interrupt", () => {
  test("is thrown at the wait and can be survived", () => {
    const { sim, log, say } = setUp();
    const sleeper = sim.process("sleeper", function* () {
      try {
        yield 100;
      } catch (error) {
        say(`woken by ${(error as Interrupted).reason}`);
      }
      yield 10;
      say("awake");
    });
    sim.at(30, () => sleeper.interrupt("noise"));
    sim.run();
    expect(log).toEqual(["30 woken by noise", "40 awake"]);
    expect(sleeper.interrupt()).toBe(false);
  });

  test("that comes too late for a granted wait strikes at the next", () => {
    const { sim, log, say } = setUp();
    const shelf = new Store<string>("shelf");
    const taker = sim.process("taker", function* () {
      say(`took ${yield* shelf.get()}`);
      try {
        yield 100;
      } catch (error) {
        say(String(error instanceof Interrupted));
      }
    });
    sim.at(5, () => {
      shelf.offer("x");
      taker.interrupt();
    });
    sim.run();
    expect(log).toEqual(["5 took x", "5 true"]);
  });
});

describe("a kill", () => {
  test("runs finally blocks at once, and lets them wait", () => {
    const { sim, log, say } = setUp();
    const server = sim.process("server", function* () {
      try {
        yield 100;
        say("never");
      } finally {
        say("closing");
        yield 5;
        say("closing still");
        yield 5;
        say("closed");
      }
    });
    sim.at(10, () => {
      server.kill();
      say("killed");
    });
    sim.run();
    expect(log).toEqual(["10 closing", "10 killed", "15 closing still", "20 closed"]);
    expect(server.state).toBe("killed");
    expect(server.kill()).toBe(false);
  });

  test("of oneself happens at the next yield", () => {
    const { sim, log, say } = setUp();
    const self = sim.process("self", function* (me) {
      try {
        me.kill();
        say("last words");
        yield 1;
        say("never");
      } finally {
        say("finally");
      }
    });
    sim.run();
    expect(log).toEqual(["0 last words", "0 finally"]);
    expect(self.state).toBe("killed");
  });

  test("before the start leaves nothing behind", () => {
    const { sim, log, say } = setUp();
    const unborn = sim.process("unborn", function* () {
      say("never");
      yield 0;
    });
    unborn.kill();
    sim.run();
    expect(log).toEqual([]);
    expect(sim.pending).toBe(0);
  });
});

describe("a deadlock", () => {
  test("names who waits for what", () => {
    const { sim } = setUp();
    const forks = [new Resource("fork 0"), new Resource("fork 1")] as const;
    for (const [first, second] of [
      [0, 1],
      [1, 0],
    ] as const) {
      sim.process(`philosopher ${first}`, function* () {
        yield forks[first].acquire();
        yield 10;
        yield forks[second].acquire();
      });
    }
    expect(() => sim.run()).toThrowErrorMatchingInlineSnapshot(`
      [Deadlock: At 10ns nothing is left to happen, and processes still wait:
        "philosopher 0" waits for resource "fork 1" (1 of 1 in use, 1 in line)
        "philosopher 1" waits for resource "fork 0" (1 of 1 in use, 1 in line)
       Wake them, or start those that may wait for ever with { background: true }. [deadlock]]
    `);
    expect(sim.waiting().map(({ process }) => process)).toEqual(["philosopher 0", "philosopher 1"]);
  });

  test("is none for background processes", () => {
    const { sim } = setUp();
    const inbox = new Store<string>("inbox");
    sim.process(
      "server",
      function* () {
        for (;;) yield inbox.get();
      },
      { background: true },
    );
    expect(sim.run().end).toBe("empty");
  });
});
