import { millis, Simulation } from "@k8s-netsim/sim-core";

const [what, size] = process.argv.slice(2);
const consumers = Number(size);

const sim = new Simulation({ seed: "fan-out" });
const jitter = sim.random("jitter");
const known = new Int32Array(consumers);
const arrive = sim.handler("arrive", (consumer) => {
  known[consumer] = (known[consumer] as number) + 1;
});

const published: number[] = [];
const read: number[] = [];
for (let change = 0; change < 40; change++) {
  let start = process.hrtime.bigint();
  for (let consumer = 0; consumer < consumers; consumer++) {
    sim.schedule(millis(1) + millis(20) * jitter.double(), arrive, consumer);
  }
  published.push(Number(process.hrtime.bigint() - start) / 1e3);

  start = process.hrtime.bigint();
  sim.run();
  for (let consumer = 0; consumer < consumers; consumer++) {
    if (known[consumer] !== change + 1) throw new Error("a consumer was left out");
  }
  read.push(Number(process.hrtime.bigint() - start) / 1e6);
}
const values = (what === "publish" ? published : read).slice(10).sort((a, b) => a - b);
console.log(values[values.length >> 1]);
