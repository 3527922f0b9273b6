import { RandomStream, Simulation, StreamRegistry } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("a stream", () => {
  test("depends on its seed and name alone", () => {
    const draw = (seed: string, name: string) => new RandomStream(seed, name).double();
    expect(draw("1", "arrivals")).toBe(draw("1", "arrivals"));
    expect(draw("1", "arrivals")).not.toBe(draw("2", "arrivals"));
    expect(draw("1", "arrivals")).not.toBe(draw("1", "services"));
    const alone = new Simulation({ seed: "1" }).random("arrivals");
    const among = new Simulation({ seed: "1" });
    for (const other of ["a", "b", "c"]) among.random(other).double();
    expect(among.random("arrivals").double()).toBe(alone.double());
  });

  test("draws the numbers it has always drawn", () => {
    const stream = new RandomStream("snapshot", "stream");
    expect([stream.double(), stream.double(), stream.int(1000)]).toMatchInlineSnapshot(`
      [
        0.04931911202069483,
        0.34322175522010223,
        277,
      ]
    `);
  });

  test("lies strictly between 0 and 1", () => {
    const stream = new RandomStream("open", "interval");
    let [min, max] = [1, 0];
    for (let i = 0; i < 200_000; i++) {
      const u = stream.double();
      min = Math.min(min, u);
      max = Math.max(max, u);
    }
    expect(min).toBeGreaterThan(0);
    expect(max).toBeLessThan(1);
    expect(max - min).toBeGreaterThan(0.9999);
  });

  test("continues from a saved state", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 50 }), fc.boolean(), (name, draws, antithetic) => {
        const stream = new RandomStream("save", name, { antithetic });
        for (let i = 0; i < draws; i++) stream.double();
        const saved = stream.save();
        const expected = Array.from({ length: 5 }, () => stream.double());
        const other = new RandomStream("other", "other", { antithetic });
        other.restore(saved);
        expect(Array.from({ length: 5 }, () => other.double())).toEqual(expected);
        expect(other.draws).toBe(draws + 5);
      }),
    );
  });

  test("chooses evenly", () => {
    const stream = new RandomStream("even", "choice");
    const counts = new Float64Array(7);
    for (let i = 0; i < 70_000; i++) {
      const k = stream.int(7);
      counts[k] = (counts[k] as number) + 1;
    }
    // Chi-square with 6 degrees of freedom: 99.9 % lie below 22.5.
    const distance = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(distance).toBeLessThan(22.5);
    expect(["a", "b"]).toContain(stream.pick(["a", "b"]));
    expect(() => stream.pick([])).toThrow("not-a-count");
    expect([stream.chance(0), stream.chance(1)]).toEqual([false, true]);
  });

  test("shuffles into every order equally often, and leaves its input alone", () => {
    const stream = new RandomStream("cards", "deck");
    const deck = Object.freeze(["a", "b", "c"]);
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = stream.shuffled(deck).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Five standard deviations of a binomial count around 2,000.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(205);
  });
});

describe("a name", () => {
  test("belongs to one owner unless all say that they share it", () => {
    const streams = new StreamRegistry("names");
    const mine = streams.stream("mine");
    expect(mine.name).toBe("mine");
    expect(() => streams.stream("mine")).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: The random stream "mine" already belongs to someone. Choose a name of your own, or pass { shared: true } in every request for it. [stream-already-taken]]`,
    );
    expect(() => streams.stream("mine", { shared: true })).toThrow("stream-already-taken");
    const ours = streams.stream("ours", { shared: true });
    expect(streams.stream("ours", { shared: true })).toBe(ours);
    expect(() => streams.stream("ours")).toThrow("who shares it");
  });

  test("may be any text", () => {
    const streams = new StreamRegistry("names");
    for (const name of ["__proto__", "constructor", "", "é/ü"]) {
      expect(streams.stream(name).double()).toBeGreaterThan(0);
    }
    expect(streams.save().map(([name]) => name)).toEqual(["__proto__", "constructor", "", "é/ü"]);
  });
});
