import { anyOf, Resource, Signal, Simulation, type Steps, Store } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { expect, test } from "vitest";

/** A small program in which much happens at equal times. */
const step = fc.record({
  do: fc.constantFrom(
    "delay",
    "fire",
    "await",
    "use",
    "put",
    "get",
    "event",
    "urgent",
    "kill",
    "any",
    "interrupt",
    "spawn",
  ),
  number: fc.integer({ min: 0, max: 3 }),
});
const programs = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), {
  minLength: 2,
  maxLength: 6,
});
type Program = readonly { readonly do: string; readonly number: number }[];

/** What happens when the programs run side by side; `sites` sends every resumption through the queue. */
function play(all: readonly Program[], sites: boolean): string[] {
  const sim = new Simulation({ seed: "ready", sites });
  const log: string[] = [];
  const say = (text: string) => log.push(`${sim.now} ${text}`);
  const signal = new Signal<void>("signal", {});
  const resource = new Resource("resource", { capacity: 2 });
  const store = new Store<number>("store");
  const handler = sim.handler("event", (a, b) => say(`event ${a} ${b}`));
  const processes = all.map((program, index) =>
    sim.process(`p${index}`, () => run(program, index), { background: true }),
  );

  function* run(program: Program, index: number): Steps<void> {
    for (const [position, { do: what, number }] of program.entries()) {
      say(`p${index} ${position} ${what}`);
      const other = processes[number];
      try {
        if (what === "delay") yield number;
        else if (what === "fire") signal.fire();
        else if (what === "await") yield signal;
        else if (what === "use") yield* resource.use(number % 2);
        else if (what === "put") yield store.put(number);
        else if (what === "get") say(`got ${yield store.get()}`);
        else if (what === "event") sim.schedule(0, handler, index, position);
        else if (what === "urgent") sim.schedule(number % 2, handler, index, position, -1);
        else if (what === "kill" && number !== index) other?.kill();
        else if (what === "any") yield anyOf(signal, store.get(), number);
        else if (what === "interrupt") other?.interrupt();
        else if (what === "spawn") {
          sim.process("child", function* () {
            say(`child of ${index}`);
            yield 0;
            say(`grown child of ${index}`);
          });
        }
      } catch (error) {
        say(`p${index} caught ${(error as Error).name}`);
      }
    }
  }

  sim.run({ maxEvents: 500 });
  say(`end ${resource.inUse} ${resource.waiting} ${store.size} ${sim.pending}`);
  return log;
}

test("processes that pass the event queue by run in the order in which they would leave it", () => {
  fc.assert(
    fc.property(programs, (all) => {
      expect(play(all, false)).toEqual(play(all, true));
    }),
    { numRuns: 1000 },
  );
});
