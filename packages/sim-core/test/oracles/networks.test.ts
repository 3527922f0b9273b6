import { expect, test } from "vitest";
import {
  type Distribution,
  exponential,
  Gauge,
  gamma,
  type HandlerId,
  pareto,
  replicate,
  Simulation,
  seconds,
  uniform,
} from "../../src/index.ts";
import { expectEstimate } from "./expect-estimate.ts";

const NANOS = 1e9;

test("a Jackson network holds rho / (1 - rho) customers at each station, within 10 %", () => {
  // Seeds jackson/replication-0 to 19. Arrivals at rate 1 to station 0; after it half go to 1, half
  // to 2; from 1 a fifth goes back to 0; from 2 all leave. Traffic: λ0 = 1 + 0.2 λ1, λ1 = λ2 = λ0 /
  // 2.
  const rates = [1 / 0.9, 0.5 / 0.9, 0.5 / 0.9];
  const serviceMeans = [0.6, 0.9, 1.2];
  const runs = replicate({
    seed: "jackson",
    replications: 20,
    run: ({ seed }) => jackson(seed, serviceMeans),
  });
  rates.forEach((rate, station) => {
    const load = rate * (serviceMeans[station] as number);
    const lengths = runs.map((lengthsOfRun) => lengthsOfRun[station] as number);
    expectEstimate(lengths, load / (1 - load), 0.1);
  });
});

test("an inspector at random times waits E[X²] / 2E[X] for the next renewal, not E[X] / 2", () => {
  // Seeds renewal/replication-0 to 19; tolerance 3 %, 10 % for the heavy tail.
  for (const [gap, within] of [
    [uniform({ low: 0, high: 2 }), 0.03],
    [exponential({ mean: 1 }), 0.03],
    [gamma({ shape: 0.5, scale: 2 }), 0.03],
    [pareto({ shape: 5, minimum: 0.8 }), 0.1],
  ] as const) {
    const waits = replicate({
      seed: "renewal",
      replications: 20,
      run: ({ seed }) => inspectedWait(seed, gap),
    });
    const secondMoment = gap.variance + gap.mean * gap.mean;
    expectEstimate(waits, secondMoment / (2 * gap.mean), within);
    expect(secondMoment / gap.mean).toBeGreaterThan(gap.mean);
  }
});

/** Time-weighted mean number of customers at each of three stations, after a warm-up. */
function jackson(seed: string, serviceMeans: readonly number[]): number[] {
  const simulation = new Simulation({ seed });
  const arrivals = simulation.random("arrivals");
  const routing = simulation.random("routing");
  const services = serviceMeans.map((_, i) => simulation.random(`service-${i}`));
  const interarrival = exponential({ mean: 1 });
  const service = serviceMeans.map((mean) => exponential({ mean }));
  const present = serviceMeans.map(() => new Gauge(simulation));
  const enter = (station: number): void => {
    const gauge = present[station] as Gauge;
    gauge.add(1);
    if (gauge.value === 1) serve(station);
  };
  const serve = (station: number): void => {
    const stream = services[station] as (typeof services)[number];
    const duration = (service[station] as Distribution).sample(stream);
    simulation.schedule(duration * NANOS, leave, station);
  };
  const leave: HandlerId = simulation.handler("leave", (station) => {
    const gauge = present[station] as Gauge;
    gauge.add(-1);
    if (gauge.value > 0) serve(station);
    if (station === 0) enter(routing.chance(0.5) ? 1 : 2);
    else if (station === 1 && routing.chance(0.2)) enter(0);
  });
  const arrive: HandlerId = simulation.handler("arrive", () => {
    enter(0);
    simulation.schedule(interarrival.sample(arrivals) * NANOS, arrive);
  });
  simulation.schedule(interarrival.sample(arrivals) * NANOS, arrive);
  simulation.runUntil(seconds(1_000));
  for (const gauge of present) gauge.reset();
  simulation.runUntil(seconds(31_000));
  return present.map((gauge) => gauge.mean);
}

/** Mean seconds until the next renewal, seen by a Poisson inspector. */
function inspectedWait(seed: string, gap: Distribution): number {
  const simulation = new Simulation({ seed });
  const gaps = simulation.random("gaps");
  const visits = simulation.random("visits");
  const between = exponential({ mean: 3 });
  let nextNs = 0;
  let total = 0;
  let count = 0;
  const renew: HandlerId = simulation.handler("renew", () => {
    const delay = Math.round(gap.sample(gaps) * NANOS);
    nextNs = simulation.now + delay;
    simulation.schedule(delay, renew);
  });
  const visit: HandlerId = simulation.handler("visit", () => {
    total += (nextNs - simulation.now) / NANOS;
    count++;
    simulation.schedule(between.sample(visits) * NANOS, visit);
  });
  simulation.schedule(0, renew);
  simulation.schedule(seconds(100), visit);
  simulation.runUntil(seconds(100_000));
  return total / count;
}
