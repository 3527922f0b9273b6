import { type Process, Resource, Simulation } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { expect, test } from "vitest";

const step = fc.record({
  do: fc.constantFrom("ask", "ask", "ask", "leave", "release"),
  units: fc.integer({ min: 1, max: 3 }),
  priority: fc.integer({ min: -1, max: 1 }),
  which: fc.nat({ max: 400 }),
});
const CAPACITY = 3;

interface Request {
  readonly number: number;
  readonly units: number;
  readonly priority: number;
}

/** A resource as its documentation tells it: one sorted list, and nobody overtakes the first. */
class PlainResource {
  readonly held: Request[] = [];
  readonly line: Request[] = [];
  readonly granted: number[] = [];

  ask(request: Request): void {
    const later = this.line.findIndex(({ priority }) => priority > request.priority);
    this.line.splice(later < 0 ? this.line.length : later, 0, request);
    this.serve();
  }

  leave(position: number): void {
    this.line.splice(position, 1);
    this.serve();
  }

  release(position: number): void {
    this.held.splice(position, 1);
    this.serve();
  }

  serve(): void {
    for (let first = this.line[0]; first !== undefined; first = this.line[0]) {
      const inUse = this.held.reduce((sum, { units }) => sum + units, 0);
      if (inUse + first.units > CAPACITY) return;
      this.line.shift();
      this.held.push(first);
      this.granted.push(first.number);
    }
  }
}

test("a resource grants in the order of a sorted list, whoever leaves the line on the way", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
      const sim = new Simulation({ seed: "line" });
      const resource = new Resource("resource", { capacity: CAPACITY });
      const plain = new PlainResource();
      const granted: number[] = [];
      const processes: Process[] = [];
      /** One for all who ask for the same: any number may wait with it. */
      const common = resource.acquire();
      for (const { do: what, units, priority, which } of steps) {
        if (what === "ask") {
          const number = processes.length;
          processes.push(
            sim.process(
              `asks ${number}`,
              function* () {
                yield units === 1 && priority === 0
                  ? common
                  : resource.acquire({ units, priority });
                granted.push(number);
              },
              { background: true },
            ),
          );
          sim.run();
          plain.ask({ number, units, priority });
        } else if (what === "leave" && plain.line.length > 0) {
          const position = which % plain.line.length;
          processes[plain.line[position]?.number as number]?.kill();
          plain.leave(position);
        } else if (what === "release" && plain.held.length > 0) {
          const position = which % plain.held.length;
          resource.release(plain.held[position]?.units);
          plain.release(position);
        }
        sim.run();
        expect(granted).toEqual(plain.granted);
        expect(resource.waiting).toBe(plain.line.length);
      }
    }),
    { numRuns: 200 },
  );
});

test("a line that never empties keeps its order while its front moves on", () => {
  const sim = new Simulation({ seed: "long line" });
  const resource = new Resource("resource");
  const order: number[] = [];
  for (let number = 0; number < 1000; number++) {
    const process = sim.process("waits", function* () {
      yield resource.acquire();
      order.push(number);
      yield 10;
      resource.release();
    });
    // Every seventh gives up, from places all along the line.
    if (number % 7 === 3) sim.after(500 + number * 3, () => process.kill());
  }
  sim.run();
  const expected = Array.from({ length: 1000 }, (_, number) => number).filter(
    (number) => number % 7 !== 3 || order.includes(number),
  );
  expect(order).toEqual(expected);
  expect(order.length).toBeGreaterThan(857);
  expect(order.length).toBeLessThan(1000);
  expect(resource.waiting).toBe(0);
});
