// What the engine promises to do bit for bit alike everywhere: each case computes plain data from
// nothing but its seed. It runs in Node and in a browser, so it imports the public entry only.
import {
  type Arrivals,
  anyOf,
  batchMeans,
  constant,
  type Distribution,
  delay,
  empirical,
  exp,
  experiment,
  exponential,
  formatResults,
  fullFactorial,
  Gauge,
  gamma,
  type HandlerId,
  Histogram,
  ksPValue,
  latinHypercube,
  log,
  log1p,
  logNormal,
  markovModulated,
  meanInterval,
  normal,
  normalQuantile,
  pairedInterval,
  pareto,
  poisson,
  quantileInterval,
  RandomStream,
  Resource,
  ratioInterval,
  renewal,
  runExperiment,
  Simulation,
  studentTQuantile,
  studentTTail,
  Tally,
  timeVarying,
  trace,
  uniform,
  warmUpCut,
  weibull,
  welchInterval,
  zipf,
} from "../../src/index.ts";
import { fingerprint } from "./fingerprint.ts";

const DISTRIBUTIONS: readonly Distribution[] = [
  constant(3),
  uniform({ low: -1, high: 4 }),
  exponential({ mean: 2.5 }),
  normal({ mean: 10, standardDeviation: 3 }),
  logNormal({ mean: 4, standardDeviation: 5 }),
  pareto({ minimum: 1, shape: 2.2 }),
  weibull({ scale: 2, shape: 0.7 }),
  gamma({ shape: 0.4, scale: 3 }),
  gamma({ shape: 6, scale: 0.5 }),
  zipf({ count: 1000, exponent: 1.1 }),
  empirical([1, 2, 2, 5, 9]),
];

const ARRIVALS: readonly Arrivals[] = [
  poisson({ ratePerSecond: 1234.5 }),
  renewal(gamma({ shape: 0.7, scale: 2e6 })),
  renewal(weibull({ scale: 1e6, shape: 2 })),
  markovModulated([
    { ratePerSecond: 5000, meanNs: 3e6 },
    { ratePerSecond: 0, meanNs: 1e7 },
    { ratePerSecond: 90, meanNs: 4e7 },
  ]),
  // A day of a second: up in the morning, down in the evening, nothing at night.
  timeVarying({
    ratePerSecond: (timeNs) => Math.max(0, 800 - 3.2e-6 * Math.abs((timeNs % 1e9) - 5e8)),
    maxRatePerSecond: 800,
  }),
  trace([0, 0.25e6, 0.25e6, 7e6], { repeatAfterNs: 1e7 }),
];

const draws = (seed: string, count: number, distribution: Distribution): number[] => {
  const stream = new RandomStream(seed, "draws");
  return Array.from({ length: count }, () => distribution.sample(stream));
};

const cases: Readonly<Record<string, () => unknown>> = {
  "random streams": () =>
    ["arrivals", "pod/web-1", "ü€𝄞", ""].map((name) => {
      const stream = new RandomStream("guarantee", name);
      return [
        Array.from({ length: 1000 }, () => stream.double()),
        Array.from({ length: 100 }, () => stream.int(1_000_003)),
        stream.shuffled([1, 2, 3, 4, 5, 6, 7]),
        stream.save(),
      ];
    }),
  "distributions and their moments": () =>
    DISTRIBUTIONS.map((distribution) => [
      distribution.describe(),
      distribution.mean,
      distribution.variance,
      draws("guarantee", 2000, distribution),
    ]),
  "arrival processes": () =>
    ARRIVALS.map((arrivals) => {
      const next = arrivals.begin(new RandomStream("guarantee", "arrivals"), 1_000);
      const times = Array.from({ length: 500 }, () => next());
      return [arrivals.describe(), arrivals.ratePerSecond, times, arrivalEvents(arrivals)];
    }),
  "logarithm and exponential": () => {
    const stream = new RandomStream("guarantee", "arguments");
    return Array.from({ length: 3000 }, () => {
      const x = stream.double();
      return [log(x), log(x * 1e9), log1p(x / 1e3), exp(x), exp(700 * x), exp(-745 * x)];
    });
  },
  "a queue through handlers": () => queue("guarantee", 20_000),
  "a queue through processes": () => processes("guarantee", 3_000),
  "cancelled and moved events": () => reshuffledEvents("guarantee"),
  "histogram, tally and gauge": () => observations(),
  "normal and t quantiles": () =>
    Array.from({ length: 199 }, (_, i) => (i + 1) / 200).map((p) => [
      normalQuantile(p),
      ...[1, 2, 3, 7, 19.5, 120, 4999, 1e7].map((degrees) => studentTQuantile(p, degrees)),
      studentTTail(10 * p, 4),
      ksPValue(p, 25),
    ]),
  intervals: () => intervals(),
  "an experiment's file": () => formatResults(runExperiment(grid)),
  "a Latin hypercube": () =>
    latinHypercube({
      seed: "guarantee",
      samples: 64,
      parameters: { rate: { low: 1, high: 5000, scale: "log" }, pods: { low: 1, high: 9 } },
    }),
};

/** The fingerprint of every case, by name. */
export function fingerprints(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(cases).map(([name, compute]) => [name, fingerprint(compute())]),
  );
}

/** Waiting times in ns of every hundredth customer, the queue's mean length and the end. */
function queue(seed: string, customers: number): unknown {
  const simulation = new Simulation({ seed });
  const arrivals = simulation.random("arrivals");
  const services = simulation.random("services");
  const between = exponential({ mean: 1e6 });
  const service = logNormal({ mean: 0.8e6, standardDeviation: 1e6 });
  const length = new Gauge(simulation);
  const line: number[] = [];
  const waits: number[] = [];
  let arrived = 0;
  const serve = (): void => {
    waits.push(simulation.now - (line[waits.length] as number));
    simulation.schedule(service.sample(services), depart);
  };
  const arrive: HandlerId = simulation.handler("arrive", () => {
    line.push(simulation.now);
    length.add(1);
    if (length.value === 1) serve();
    if (++arrived < customers) simulation.schedule(between.sample(arrivals), arrive);
  });
  const depart: HandlerId = simulation.handler("depart", () => {
    length.add(-1);
    if (length.value > 0) serve();
  });
  simulation.schedule(0, arrive);
  simulation.run();
  const sampled = waits.filter((_, i) => i % 100 === 0);
  return [sampled, length.mean, length.max, simulation.now, simulation.events];
}

/** Waiting times of customers who share two servers, have priorities, and give up after a while. */
function processes(seed: string, customers: number): unknown {
  const simulation = new Simulation({ seed });
  const arrivals = simulation.random("arrivals");
  const services = simulation.random("services");
  const between = exponential({ mean: 1e6 });
  const service = gamma({ shape: 2, scale: 1.1e6 });
  const servers = new Resource("servers", { capacity: 2 });
  const log: number[] = [];
  const customer = (priority: number) =>
    function* () {
      const arrivedNs = simulation.now;
      const { index } = yield* anyOf(servers.acquire({ priority }), delay(20e6));
      log.push(index, simulation.now - arrivedNs);
      if (index !== 0) return;
      yield service.sample(services);
      servers.release();
    };
  simulation.process("source", function* () {
    for (let i = 0; i < customers; i++) {
      yield between.sample(arrivals);
      simulation.process("customer", customer(i % 3));
    }
  });
  simulation.run();
  return [log, simulation.now, simulation.events];
}

/** When the kernel runs the first arrivals. */
function arrivalEvents(arrivals: Arrivals): number[] {
  const simulation = new Simulation({ seed: "guarantee" });
  const ranNs: number[] = [];
  const source = simulation.arrivals(arrivals, simulation.random("arrivals"), () => {
    if (ranNs.push(simulation.now) === 200) source.stop();
  });
  simulation.run();
  return ranNs;
}

/** The order in which events run when many are cancelled, moved, and tied in time and priority. */
function reshuffledEvents(seed: string): unknown {
  const simulation = new Simulation({ seed });
  const stream = simulation.random("chaos");
  const order: number[] = [];
  const note = simulation.handler("note", (a) => order.push(a));
  const ids = Array.from({ length: 5000 }, (_, i) =>
    simulation.schedule(stream.int(500), note, i, 0, stream.int(3) - 1),
  );
  for (const id of ids) {
    const fate = stream.int(3);
    if (fate === 0) simulation.cancel(id);
    else if (fate === 1) simulation.reschedule(id, stream.int(500));
  }
  simulation.run();
  return order;
}

function observations(): unknown {
  const values = draws("observations", 5000, logNormal({ mean: 20, standardDeviation: 80 }));
  const histogram = new Histogram({ relativeError: 0.01 });
  const tally = new Tally();
  for (const value of values) {
    histogram.record(value);
    tally.record(value);
  }
  const quantiles = [0, 0.5, 0.9, 0.99, 0.999, 1].map((p) => histogram.quantile(p));
  return [histogram.snapshot(), quantiles, tally.mean, tally.variance, tally.min, tally.max];
}

function intervals(): unknown {
  const before = draws("before", 400, exponential({ mean: 3 }));
  const after = draws("after", 400, gamma({ shape: 2, scale: 1.2 }));
  const few = before.slice(0, 20);
  return [
    meanInterval(before),
    pairedInterval(after, before, 0.9),
    welchInterval(after, few),
    ...(["jackknife", "delta", "fieller"] as const).map((method) =>
      ratioInterval(after, before, { method }),
    ),
    quantileInterval(before, 0.95),
    batchMeans(after),
    warmUpCut(before),
  ];
}

const grid = experiment({
  name: "guarantee",
  seed: "guarantee",
  replications: 4,
  configurations: fullFactorial({ mean: [0.5, 2], count: [10, 100], label: ["a", "b"] }),
  run: ({ seed, parameters }) => {
    const values = draws(seed, parameters.count, exponential({ mean: parameters.mean }));
    const { mean, low, high } = meanInterval(values);
    return { label: parameters.label, mean, low, high };
  },
});
