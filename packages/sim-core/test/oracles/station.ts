import { type Distribution, type HandlerId, Simulation } from "../../src/index.ts";

export interface StationOptions {
  readonly seed: string;
  /** Seconds between arrivals. */
  readonly interarrival: Distribution;
  /** Seconds of service. */
  readonly service: Distribution;
  readonly servers?: number;
  /** How many may wait; more are lost. Infinite unless told. */
  readonly places?: number;
  /** Customers that are not counted, while the station fills. */
  readonly warmUp: number;
  readonly customers: number;
}

export interface StationResult {
  /** Seconds from arrival to start of service, of every counted customer that was served. */
  readonly waits: Float64Array;
  readonly served: number;
  readonly lost: number;
}

const NANOS = 1e9;

/** A queue with servers, in the kernel's handler style: first come, first served. */
export function runStation(options: StationOptions): StationResult {
  const { interarrival, service, servers = 1, places = Infinity, warmUp, customers } = options;
  const simulation = new Simulation({ seed: options.seed });
  const arrivals = simulation.random("arrivals");
  const services = simulation.random("services");
  const total = warmUp + customers;
  const arrivedNs = new Float64Array(total);
  const waits = new Float64Array(customers);
  const line = new Int32Array(total);
  let first = 0;
  let last = 0;
  let busy = 0;
  let arrived = 0;
  let served = 0;
  let lost = 0;
  const start = (customer: number): void => {
    if (customer >= warmUp) {
      waits[served++] = (simulation.now - (arrivedNs[customer] as number)) / NANOS;
    }
    simulation.schedule(service.sample(services) * NANOS, depart);
  };
  const arrive: HandlerId = simulation.handler("arrive", () => {
    const customer = arrived++;
    arrivedNs[customer] = simulation.now;
    if (busy < servers) {
      busy++;
      start(customer);
    } else if (last - first < places) {
      line[last++] = customer;
    } else if (customer >= warmUp) {
      lost++;
    }
    if (arrived < total) simulation.schedule(interarrival.sample(arrivals) * NANOS, arrive);
  });
  const depart: HandlerId = simulation.handler("depart", () => {
    if (first < last) start(line[first++] as number);
    else busy--;
  });
  simulation.schedule(interarrival.sample(arrivals) * NANOS, arrive);
  simulation.run();
  return { waits: waits.subarray(0, served), served, lost };
}
