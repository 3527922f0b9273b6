import { readIncrements } from "../runner/increments.ts";
import { peerPackage } from "../runner/peer-package.ts";

// The package hands itself to pages only.
const page: { Sim?: ReturnType<typeof peerPackage> } = {};
Object.assign(globalThis, { window: page });
peerPackage("simjs");
const { Sim, Entity, Facility } = page.Sim;
const [arrivalsFile, servicesFile, size] = process.argv.slice(2);
const gaps = readIncrements(arrivalsFile as string);
const services = readIncrements(servicesFile as string);
const mask = gaps.length - 1;

/** Serves so many customers at a facility, first come, first served. */
function serve(customers: number): number {
  let arrived = 0;
  let served = 0;
  const server = new Facility("server", Facility.FCFS, 1);
  class Source extends Entity {
    start(): void {
      this.arrive();
    }
    arrive(): void {
      this.useFacility(server, services[arrived & mask]).done(() => {
        served++;
      });
      if (++arrived < customers) this.setTimer(gaps[arrived & mask]).done(this.arrive, this);
    }
  }
  const sim = new Sim();
  sim.addEntity(Source, "source");
  sim.simulate(1e300);
  return served;
}

const customers = Number(size);
serve(50_000);
const start = process.hrtime.bigint();
const served = serve(customers);
const microseconds = Number(process.hrtime.bigint() - start) / 1e3;
console.log(served === customers ? microseconds / customers : Number.NaN);
