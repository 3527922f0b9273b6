import { readIncrements } from "../runner/increments.ts";
import { peerPackage } from "../runner/peer-package.ts";

// The package is made for pages.
Object.assign(globalThis, { requestAnimationFrame: (run: () => void) => setImmediate(run) });
const { Simulation, Entity } = peerPackage("simscript");
const [file, size, timed] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);
const events = Number(timed);
const warmUp = Math.max(n, 20_000);

let next = 0;
let done = 0;
let start = 0n;
class Holder extends Entity {
  async script(): Promise<void> {
    for (;;) {
      const distance = increments[next];
      next = (next + 1) & (increments.length - 1);
      await this.delay(distance);
      done++;
      if (done === warmUp) start = process.hrtime.bigint();
      if (done === warmUp + events) {
        const seconds = Number(process.hrtime.bigint() - start) / 1e9;
        console.log(events / seconds);
        process.exit(0);
      }
    }
  }
}

const sim = new Simulation();
sim.yieldInterval = 1e9;
for (let i = 0; i < n; i++) sim.activate(new Holder());
sim.start();
