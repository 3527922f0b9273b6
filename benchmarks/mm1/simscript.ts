import { readIncrements } from "../runner/increments.ts";
import { peerPackage } from "../runner/peer-package.ts";

// The package is made for pages.
Object.assign(globalThis, { requestAnimationFrame: (run: () => void) => setImmediate(run) });
const { Simulation, Entity, Queue } = peerPackage("simscript");
const [arrivalsFile, servicesFile, size] = process.argv.slice(2);
const gaps = readIncrements(arrivalsFile as string);
const services = readIncrements(servicesFile as string);
const mask = gaps.length - 1;
const customers = Number(size);

const sim = new Simulation();
sim.yieldInterval = 1e9;
const server = new Queue("server", 1);
let served = 0;
class Customer extends Entity {
  async script(): Promise<void> {
    await this.enterQueue(server);
    await this.delay(services[served & mask]);
    this.leaveQueue(server);
    served++;
  }
}
class Source extends Entity {
  async script(): Promise<void> {
    for (let arrived = 1; arrived <= customers; arrived++) {
      sim.activate(new Customer());
      await this.delay(gaps[arrived & mask]);
    }
  }
}

const start = process.hrtime.bigint();
sim.finished.addEventListener(() => {
  const microseconds = Number(process.hrtime.bigint() - start) / 1e3;
  console.log(served === customers ? microseconds / customers : Number.NaN);
});
sim.activate(new Source());
sim.start();
