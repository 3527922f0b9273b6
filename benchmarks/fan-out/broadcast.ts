import { Broadcast, millis, Simulation } from "@k8s-netsim/sim-core";

const [what, size] = process.argv.slice(2);
const consumers = Number(size);

const sim = new Simulation({ seed: "fan-out" });
const broadcast = new Broadcast(sim, {
  consumers,
  seed: sim.seed,
  latencyNs: millis(1),
  jitterNs: millis(20),
  bytesPerSecond: 1e9,
});

const published: number[] = [];
const read: number[] = [];
for (let change = 0; change < 40; change++) {
  let start = process.hrtime.bigint();
  broadcast.publish(1000);
  published.push(Number(process.hrtime.bigint() - start) / 1e3);

  start = process.hrtime.bigint();
  let lastNs = 0;
  for (let consumer = 0; consumer < consumers; consumer++) {
    lastNs = Math.max(lastNs, broadcast.nextArrival(consumer) ?? 0);
  }
  sim.runUntil(lastNs);
  for (let consumer = 0; consumer < consumers; consumer++) {
    if (broadcast.delivered(consumer) !== change + 1) throw new Error("a consumer was left out");
  }
  read.push(Number(process.hrtime.bigint() - start) / 1e6);
}
const values = (what === "publish" ? published : read).slice(10).sort((a, b) => a - b);
console.log(values[values.length >> 1]);
