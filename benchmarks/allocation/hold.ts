import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { type HandlerId, Simulation } from "@k8s-netsim/sim-core";
import { readIncrements } from "../runner/increments.ts";

const [style, file, size, counted] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);
const events = Number(counted);

const sim = new Simulation({ seed: "allocation" });
let next = 0;
// Several kinds of events, as every simulation has: each is compiled by itself.
const kinds = [
  () => {
    sim.schedule(increments[next] as number, handlers[1] as HandlerId);
    next = (next + 1) & (increments.length - 1);
  },
  () => {
    sim.schedule(increments[next] as number, handlers[2] as HandlerId);
    next = (next + 1) & (increments.length - 1);
  },
  (a: number) => {
    sim.schedule(increments[next] as number, handlers[3] as HandlerId, a + 1);
    next = (next + 1) & (increments.length - 1);
  },
  (a: number, b: number) => {
    sim.schedule(increments[next] as number, handlers[0] as HandlerId, a, b + 1);
    next = (next + 1) & (increments.length - 1);
  },
];
const handlers = kinds.map((run, kind) => sim.handler(`kind ${kind}`, run));
function again(): void {
  sim.after(increments[next] as number, () => again());
  next = (next + 1) & (increments.length - 1);
}
for (let i = 0; i < n; i++) {
  if (style === "closure") again();
  else sim.schedule(increments[i] as number, handlers[i & 3] as HandlerId);
}

// Until everything is compiled, which also takes memory.
sim.run({ maxEvents: 10_000_000 });
await setImmediate();
let collections = 0;
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length;
});
observer.observe({ entryTypes: ["gc"] });
const before = process.memoryUsage().heapUsed;
sim.run({ maxEvents: events });
const bytes = process.memoryUsage().heapUsed - before;
await setImmediate();
await setImmediate();
// A collection in between would hide garbage: no number is better than a wrong one.
console.log(collections === 0 ? Math.max(0, bytes) / events : Number.NaN);
