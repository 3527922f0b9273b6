import { Simulation } from "@k8s-netsim/sim-core";
import { readIncrements } from "../runner/increments.ts";

const [arrivalsFile, servicesFile, size] = process.argv.slice(2);
const gaps = readIncrements(arrivalsFile as string);
const services = readIncrements(servicesFile as string);
const mask = gaps.length - 1;

/** Serves so many customers; returns the mean wait, so that nothing can be left out. */
function serve(customers: number): number {
  const sim = new Simulation({ seed: "mm1" });
  const arrivedNs = new Float64Array(customers);
  let arrived = 0;
  let served = 0;
  let waitedNs = 0;
  const begin = () => {
    waitedNs += sim.now - (arrivedNs[served] as number);
    sim.schedule(services[served & mask] as number, departure);
  };
  const departure = sim.handler("departure", () => {
    served++;
    if (served < arrived) begin();
  });
  const arrival = sim.handler("arrival", () => {
    arrivedNs[arrived++] = sim.now;
    if (arrived < customers) sim.schedule(gaps[arrived & mask] as number, arrival);
    if (arrived === served + 1) begin();
  });
  sim.schedule(0, arrival);
  sim.run();
  return waitedNs / served;
}

const customers = Number(size);
// Several simulations, so that the engine's compiler has seen that there is more than one.
for (let i = 0; i < 8; i++) serve(50_000);
const start = process.hrtime.bigint();
const wait = serve(customers);
const microseconds = Number(process.hrtime.bigint() - start) / 1e3;
console.log(wait > 0 ? microseconds / customers : Number.NaN);
