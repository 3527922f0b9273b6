import { SimulationError } from "../../errors/index.ts";
import { Line } from "./line.ts";
import { PENDING, Wait, type Waiter, type Yieldable } from "./wait.ts";

/** What is asked of a resource. */
export interface Demand {
  /** Units of the capacity; 1 unless given. */
  readonly units?: number;
  /** Lower is served first, equals in order of asking; 0 unless given. */
  readonly priority?: number;
}

/** What a resource is. */
export interface ResourceOptions {
  readonly capacity?: number;
}

/**
 * A number of equal units that processes hold for a while: servers, connections, tokens.
 *
 * Who asks waits behind lower and equal priorities, and nobody overtakes the first in line, however
 * little they ask for.
 */
export class Resource {
  readonly name: string;
  readonly capacity: number;
  #inUse = 0;
  #waiting = 0;
  /** One line per priority in use, the first served first. */
  readonly #lines: Line[] = [];
  /** What nearly everyone asks for. */
  readonly #one: Acquisition = new Acquisition(this, 1, 0);

  constructor(name: string, options: ResourceOptions = {}) {
    this.name = name;
    this.capacity = options.capacity ?? 1;
    if (!(this.capacity > 0)) throw badUnits(this, this.capacity);
  }

  /** Units held. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Requests in line. */
  get waiting(): number {
    return this.#waiting;
  }

  /** A wait for units; the process that gets them must release them. */
  acquire(demand?: Demand): Acquisition {
    if (demand === undefined) return this.#one;
    return new Acquisition(this, demand.units ?? 1, demand.priority ?? 0);
  }

  /** Gives units back and serves those in line. */
  release(units = 1): void {
    if (!(units > 0 && units <= this.#inUse)) throw notHeld(this, units);
    this.#inUse -= units;
    if (this.#waiting > 0) this.#serve();
  }

  /** Holds one unit for a time, and gives it back even when interrupted or killed. */
  *use(ns: number, demand?: Demand): Generator<Yieldable, void, undefined> {
    yield this.acquire(demand);
    try {
      yield ns;
    } finally {
      this.release(demand?.units ?? 1);
    }
  }

  /** Takes units at once, or joins the line. Called by `Acquisition` only. */
  demand(waiter: Waiter, units: number, priority: number): boolean {
    if (!(units > 0 && units <= this.capacity)) throw badUnits(this, units);
    const fits = this.#inUse + units <= this.capacity;
    if (fits && (this.#waiting === 0 || !this.#mustQueue(priority))) {
      this.#inUse += units;
      return true;
    }
    this.#line(priority).append(waiter, units);
    this.#waiting++;
    return false;
  }

  /** Leaves the line. Called by `Acquisition` only. */
  withdraw(waiter: Waiter, priority: number): void {
    if (!this.#line(priority).remove(waiter)) return;
    this.#waiting--;
    // The one that left may have been all that blocked the others.
    this.#serve();
  }

  #serve(): void {
    const lines = this.#lines;
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index] as Line;
      while (!line.isEmpty) {
        const units = line.firstUnits();
        if (this.#inUse + units > this.capacity) return;
        this.#waiting--;
        this.#inUse += units;
        line.shift().wake(undefined);
      }
    }
  }

  /** Whether someone is in line whom a new request of that priority must not overtake. */
  #mustQueue(priority: number): boolean {
    return this.#lines.some((line) => line.priority <= priority && !line.isEmpty);
  }

  #line(priority: number): Line {
    let index = 0;
    for (; index < this.#lines.length; index++) {
      const line = this.#lines[index] as Line;
      if (line.priority === priority) return line;
      if (line.priority > priority) break;
    }
    const line = new Line(priority);
    this.#lines.splice(index, 0, line);
    return line;
  }
}

/** A wait for units of a resource; any number of processes may wait with the same one. */
export class Acquisition extends Wait<undefined> {
  readonly resource: Resource;
  readonly units: number;
  readonly priority: number;

  constructor(resource: Resource, units: number, priority: number) {
    super();
    this.resource = resource;
    this.units = units;
    this.priority = priority;
  }

  begin(waiter: Waiter): undefined | typeof PENDING {
    return this.resource.demand(waiter, this.units, this.priority) ? undefined : PENDING;
  }

  withdraw(waiter: Waiter): void {
    this.resource.withdraw(waiter, this.priority);
  }

  override undo(): void {
    this.resource.release(this.units);
  }

  describe(): string {
    const { name, inUse, capacity, waiting } = this.resource;
    return `resource "${name}" (${inUse} of ${capacity} in use, ${waiting} in line)`;
  }
}

function badUnits(resource: Resource, units: number): SimulationError {
  return new SimulationError(
    "bad-resource-units",
    { resource: resource.name, units, capacity: resource.capacity },
    `Resource "${resource.name}" of capacity ${resource.capacity} can never grant ${units} units.`,
    "Ask for more than 0 and at most the capacity.",
  );
}

function notHeld(resource: Resource, units: number): SimulationError {
  return new SimulationError(
    "resource-not-held",
    { resource: resource.name, units, inUse: resource.inUse },
    `Resource "${resource.name}" cannot take back ${units} units: ${resource.inUse} are in use.`,
    "Release once for every acquire, with the same number of units.",
  );
}
