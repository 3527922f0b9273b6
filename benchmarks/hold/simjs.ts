import { readIncrements } from "../runner/increments.ts";
import { peerPackage } from "../runner/peer-package.ts";

// The package hands itself to pages only.
const page: { Sim?: ReturnType<typeof peerPackage> } = {};
Object.assign(globalThis, { window: page });
peerPackage("simjs");
const { Sim, Entity } = page.Sim;
const [file, size, timed] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);
const events = Number(timed);

let next = 0;
class Holder extends Entity {
  start(): void {
    for (let i = 0; i < n; i++) this.hold();
  }
  hold(): void {
    this.setTimer(increments[next]).done(this.hold, this);
    next = (next + 1) & (increments.length - 1);
  }
}

const sim = new Sim();
sim.addEntity(Holder, "holder");
sim.simulate(Infinity, Math.max(n, 200_000));
const start = process.hrtime.bigint();
sim.simulate(Infinity, events);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(events / seconds);
