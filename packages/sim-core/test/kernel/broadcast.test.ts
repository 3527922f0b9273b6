import { Broadcast, millis, Simulation, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";

describe("a broadcast", () => {
  test("reaches each consumer after latency, and copies share the sender's line", () => {
    const sim = new Simulation({ seed: "1" });
    const broadcast = new Broadcast(sim, {
      consumers: 3,
      seed: "1",
      latencyNs: millis(1),
      bytesPerSecond: 1000,
    });
    broadcast.publish(10);
    broadcast.publish(10);
    expect([0, 1, 2].map((consumer) => broadcast.nextArrival(consumer))).toEqual([
      millis(11),
      millis(21),
      millis(31),
    ]);
    sim.runUntil(millis(41));
    expect([0, 1, 2].map((consumer) => broadcast.delivered(consumer))).toEqual([2, 1, 1]);
    expect([0, 1, 2].map((consumer) => broadcast.nextArrival(consumer))).toEqual([
      undefined,
      millis(51),
      millis(61),
    ]);
  });

  test("delivers in order of publication, whatever the jitter", () => {
    const sim = new Simulation({ seed: "1" });
    const options = { consumers: 200, seed: "1", latencyNs: 5, jitterNs: seconds(1) };
    const broadcast = new Broadcast(sim, options);
    const last = new Float64Array(200);
    for (let version = 0; version < 20; version++) broadcast.publish();
    while (sim.now < seconds(1) + 5) {
      const next: number[] = [];
      for (let consumer = 0; consumer < 200; consumer++) {
        broadcast.delivered(consumer);
        const arrival = broadcast.nextArrival(consumer);
        if (arrival === undefined) continue;
        expect(arrival).toBeGreaterThanOrEqual(last[consumer] as number);
        last[consumer] = arrival;
        next.push(arrival);
      }
      sim.runUntil(Math.min(...next, seconds(1) + 5));
    }
    const delivered = Array.from({ length: 200 }, (_, consumer) => broadcast.delivered(consumer));
    expect(new Set(delivered)).toEqual(new Set([20]));
  });

  test("does not depend on the order in which consumers ask", () => {
    const arrivals = (order: readonly number[]) => {
      const broadcast = new Broadcast(new Simulation({ seed: "1" }), {
        consumers: 3,
        seed: "jitter",
        latencyNs: 0,
        jitterNs: 1000,
      });
      broadcast.publish();
      const found = new Map(order.map((consumer) => [consumer, broadcast.nextArrival(consumer)]));
      return [0, 1, 2].map((consumer) => found.get(consumer));
    };
    expect(arrivals([0, 1, 2])).toEqual(arrivals([2, 0, 1]));
    expect(new Set(arrivals([0, 1, 2])).size).toBe(3);
  });

  test("spreads its jitter evenly", () => {
    const broadcast = new Broadcast(new Simulation({ seed: "1" }), {
      consumers: 20_000,
      seed: "even",
      latencyNs: 0,
      jitterNs: 10_000,
    });
    broadcast.publish();
    const counts = new Float64Array(10);
    for (let consumer = 0; consumer < 20_000; consumer++) {
      const tenth = Math.floor((broadcast.nextArrival(consumer) ?? 0) / 1000.05);
      counts[tenth] = (counts[tenth] as number) + 1;
    }
    // Chi-square with 9 degrees of freedom: 99.9 % lie below 27.9.
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
  });

  test("refuses times that run backwards", () => {
    const sim = new Simulation({ seed: "1" });
    const options = { consumers: 1, seed: "1", latencyNs: -1 };
    expect(() => new Broadcast(sim, options)).toThrow("bad-broadcast");
  });
});
