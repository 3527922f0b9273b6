import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventId } from "../../../src/kernel/event-id.ts";
import { EventQueue } from "../../../src/kernel/queue/event-queue.ts";
import { NONE } from "../../../src/kernel/queue/event-records.ts";
import { BruteForceQueue } from "./brute-force-queue.ts";

/** How far ahead events are scheduled: each shape has broken some event queue somewhere. */
const SHAPES = [
  "now",
  "few times",
  "near",
  "even",
  "exponential",
  "heavy tail",
  "very far",
] as const;
type Shape = (typeof SHAPES)[number];

interface Burst {
  readonly action: "schedule" | "run" | "hold" | "cancel" | "reschedule";
  readonly times: number;
  readonly shape: Shape;
  readonly scale: number;
  readonly priorities: boolean;
}

const burst: fc.Arbitrary<Burst> = fc.record({
  action: fc.constantFrom("schedule", "run", "hold", "cancel", "reschedule"),
  times: fc.integer({ min: 1, max: 3000 }),
  shape: fc.constantFrom(...SHAPES),
  scale: fc.integer({ min: 1, max: 40 }),
  priorities: fc.boolean(),
});

/** A short generator of its own, so that the test shares nothing with what it tests. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 0x1000000;
  };
}

function distance({ shape, scale }: Burst, uniform: () => number): number {
  const unit = 2 ** scale;
  if (shape === "now") return 0;
  if (shape === "few times") return Math.floor(uniform() * 3) * unit;
  if (shape === "near") return Math.floor(uniform() * 3);
  if (shape === "even") return Math.floor(uniform() * unit);
  if (shape === "exponential") return Math.floor(-Math.log(1 - uniform()) * unit);
  if (shape === "heavy tail") return Math.min(2 ** 45, Math.floor(scale / (1 - uniform()) ** 3));
  return 2 ** 44 + Math.floor(uniform() * unit);
}

/** The queue under test and the brute-force one, fed the same and compared at every event. */
class Pair {
  operations = 0;
  readonly #queue: EventQueue;
  readonly #oracle = new BruteForceQueue();
  readonly #ids: EventId[] = [];
  #now = 0;

  constructor(firstSequence?: number) {
    this.#queue = new EventQueue(firstSequence === undefined ? {} : { firstSequence });
  }

  apply(burst: Burst, uniform: () => number): void {
    for (let i = 0; i < burst.times; i++) {
      this.operations++;
      if (burst.action === "schedule") this.#schedule(burst, uniform);
      else if (burst.action === "run") this.#run();
      else if (burst.action === "hold") {
        this.#run();
        this.#schedule(burst, uniform);
      } else this.#change(burst, uniform);
    }
    expect(this.#queue.size).toBe(this.#oracle.size);
  }

  drain(): void {
    while (this.#oracle.size > 0) this.#run();
    expect(this.#queue.peek()).toBe(NONE);
    expect(this.#queue.size).toBe(0);
  }

  #schedule(burst: Burst, uniform: () => number): void {
    const time = this.#now + distance(burst, uniform);
    const priority = burst.priorities ? Math.floor(uniform() * 256) - 128 : 0;
    const number = this.#ids.length;
    const slot = this.#queue.insert(time, priority, 0, number, 0);
    this.#ids.push(this.#queue.records.id(slot));
    this.#oracle.insert(number, time, priority);
  }

  #run(): void {
    const expected = this.#oracle.takeFirst();
    const slot = this.#queue.takeUntil(Infinity);
    if (expected === undefined) {
      if (slot !== NONE) throw new Error("the queue holds what the oracle does not");
      return;
    }
    const number = slot === NONE ? NONE : this.#queue.records.payloadA(slot);
    if (number !== expected.number) throw new Error(`ran ${number}, not ${expected.number}`);
    if (this.#queue.records.time(slot) !== expected.time) throw new Error("ran at a wrong time");
    this.#queue.records.free(slot);
    this.#now = expected.time;
  }

  #change(burst: Burst, uniform: () => number): void {
    // Mostly recent events, and now and then one long gone, whose name must have no effect.
    const back = Math.floor(uniform() * Math.min(this.#ids.length, 3000));
    const number = this.#ids.length - 1 - back;
    const id = this.#ids[number];
    if (id === undefined) return;
    const time = this.#now + distance(burst, uniform);
    const [changed, expected] =
      burst.action === "cancel"
        ? [this.#queue.cancel(id), this.#oracle.cancel(number)]
        : [this.#queue.reschedule(id, time), this.#oracle.reschedule(number, time)];
    if (changed !== expected) throw new Error(`${burst.action} said ${changed}, not ${expected}`);
  }
}

test("under random operations every event runs in the order of a brute-force queue", () => {
  let operations = 0;
  fc.assert(
    fc.property(fc.array(burst, { minLength: 5, maxLength: 60 }), fc.integer(), (bursts, seed) => {
      const pair = new Pair();
      const uniform = uniforms(seed);
      for (const each of bursts) pair.apply(each, uniform);
      pair.drain();
      operations += pair.operations;
    }),
    { numRuns: 400, seed: 20261122 },
  );
  expect(operations).toBeGreaterThan(3_000_000);
}, 60_000);

test("the order of scheduling survives the end of its 32-bit numbers", () => {
  fc.assert(
    fc.property(
      fc.array(burst, { minLength: 2, maxLength: 12 }),
      fc.integer({ min: 0, max: 3000 }),
      (bursts, left) => {
        const pair = new Pair(0x7fffffff - left);
        const uniform = uniforms(left);
        for (const each of bursts) pair.apply(each, uniform);
        pair.drain();
      },
    ),
    { numRuns: 30, seed: 20261122 },
  );
});
