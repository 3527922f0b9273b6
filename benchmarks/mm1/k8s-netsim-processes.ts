import { Resource, Simulation } from "@k8s-netsim/sim-core";
import { readIncrements } from "../runner/increments.ts";

const [arrivalsFile, servicesFile, size] = process.argv.slice(2);
const gaps = readIncrements(arrivalsFile as string);
const services = readIncrements(servicesFile as string);
const mask = gaps.length - 1;

/** Serves so many customers; returns the mean wait, so that nothing can be left out. */
function serve(customers: number): number {
  const sim = new Simulation({ seed: "mm1" });
  const server = new Resource("server");
  let served = 0;
  let waitedNs = 0;
  function* customer() {
    const arrivedNs = sim.now;
    yield server.acquire();
    waitedNs += sim.now - arrivedNs;
    yield services[served & mask] as number;
    server.release();
    served++;
  }
  sim.process("source", function* () {
    for (let arrived = 0; arrived < customers; ) {
      sim.process("customer", customer);
      yield gaps[++arrived & mask] as number;
    }
  });
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
