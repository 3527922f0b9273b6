import { Simulation } from "@k8s-netsim/sim-core";
import { readIncrements } from "../runner/increments.ts";

const [file, size, timed] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);
const events = Number(timed);

const sim = new Simulation({ seed: "hold" });
let next = 0;
const again = sim.handler("hold", () => {
  sim.schedule(increments[next] as number, again);
  next = (next + 1) & (increments.length - 1);
});
for (let i = 0; i < n; i++) {
  sim.schedule(increments[next] as number, again);
  next = (next + 1) & (increments.length - 1);
}

sim.run({ maxEvents: Math.max(n, 500_000) });
const start = process.hrtime.bigint();
sim.run({ maxEvents: events });
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(events / seconds);
