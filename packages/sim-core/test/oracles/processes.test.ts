import { describe, expect, test } from "vitest";
import {
  type Distribution,
  exponential,
  Resource,
  replicate,
  Simulation,
  sampleMean,
} from "../../src/index.ts";
import { waitMg1, waitMmc } from "./closed-forms.ts";
import { expectEstimate } from "./expect-estimate.ts";
import { runStation, type StationOptions } from "./station.ts";

const NANOS = 1e9;

/**
 * The station of `station.ts` in process style: every customer is a process that asks for a server.
 */
function runProcesses(options: StationOptions): Float64Array {
  const { interarrival, service, servers = 1, warmUp, customers } = options;
  const simulation = new Simulation({ seed: options.seed });
  const arrivals = simulation.random("arrivals");
  const services = simulation.random("services");
  const server = new Resource("server", { capacity: servers });
  const waits = new Float64Array(customers);
  let served = 0;
  const customer = (counted: boolean) =>
    function* () {
      const arrivedNs = simulation.now;
      yield server.acquire();
      if (counted) waits[served++] = (simulation.now - arrivedNs) / NANOS;
      yield service.sample(services) * NANOS;
      server.release();
    };
  simulation.process("source", function* () {
    for (let i = 0; i < warmUp + customers; i++) {
      yield interarrival.sample(arrivals) * NANOS;
      simulation.process("customer", customer(i >= warmUp));
    }
  });
  simulation.run();
  return waits;
}

const waits = (load: number, service: Distribution, servers = 1): number[] =>
  replicate({
    seed: "processes",
    replications: 20,
    run: ({ seed }) => {
      const interarrival = exponential({ mean: 1 / load });
      const size = { warmUp: 2_000, customers: 20_000 };
      return sampleMean(runProcesses({ seed, interarrival, service, servers, ...size }));
    },
  });

describe("the waiting time of customers who are processes, seeds processes/replication-0 to 19", () => {
  test("in M/M/1 is rho / (mu - lambda), within 10 %", () => {
    const service = exponential({ mean: 1 });
    expectEstimate(waits(0.6, service), waitMg1(0.6, service), 0.1);
  });

  test("in M/M/c follows Erlang C, within 15 %", () => {
    expectEstimate(waits(3, exponential({ mean: 1 }), 4), waitMmc(4, 3), 0.15);
  });

  test("is the same number for number as that of customers who are events", () => {
    const interarrival = exponential({ mean: 1.3 });
    const service = exponential({ mean: 1 });
    const options = { seed: "both", interarrival, service, warmUp: 0, customers: 5_000 };
    expect(runProcesses(options)).toEqual(runStation(options).waits);
  });
});
