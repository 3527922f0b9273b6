import { Simulation } from "@k8s-netsim/sim-core";
import { readIncrements } from "../runner/increments.ts";

const [file, size] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);

const sim = new Simulation({ seed: "memory" });
let next = 0;
const again = sim.handler("hold", () => {
  sim.schedule(increments[next] as number, again);
  next = (next + 1) & (increments.length - 1);
});
for (let i = 0; i < n; i++) {
  sim.schedule(increments[next] as number, again);
  next = (next + 1) & (increments.length - 1);
}
sim.run({ maxEvents: 3 * n });
console.log(sim.queueBytes / sim.pending);
