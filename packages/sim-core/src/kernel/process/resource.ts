import { SimulationError } from "../../errors/index.ts";
import { PENDING, Wait, type Waiter, waitInUse, type Yieldable } from "./wait.ts";

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
    return new Acquisition(this, demand?.units ?? 1, demand?.priority ?? 0);
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
  demand(request: Acquisition): boolean {
    const { units } = request;
    if (!(units > 0 && units <= this.capacity)) throw badUnits(this, units);
    const fits = this.#inUse + units <= this.capacity;
    if (fits && (this.#waiting === 0 || !this.#mustQueue(request.priority))) {
      this.#inUse += units;
      return true;
    }
    this.#line(request.priority).append(request);
    this.#waiting++;
    return false;
  }

  /** Leaves the line. Called by `Acquisition` only. */
  withdraw(request: Acquisition): void {
    this.#line(request.priority).remove(request);
    this.#waiting--;
    // The one that left may have been all that blocked the others.
    this.#serve();
  }

  #serve(): void {
    const lines = this.#lines;
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index] as Line;
      for (let first = line.first; first !== undefined; first = line.first) {
        if (this.#inUse + first.units > this.capacity) return;
        line.remove(first);
        this.#waiting--;
        this.#inUse += first.units;
        first.grant();
      }
    }
  }

  /** Whether someone is in line whom a new request of that priority must not overtake. */
  #mustQueue(priority: number): boolean {
    return this.#lines.some((line) => line.priority <= priority && line.first !== undefined);
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

/** A wait for units of a resource. */
export class Acquisition extends Wait<undefined> {
  readonly resource: Resource;
  readonly units: number;
  readonly priority: number;
  previous: Acquisition | undefined = undefined;
  next: Acquisition | undefined = undefined;
  #waiter: Waiter | undefined = undefined;

  constructor(resource: Resource, units: number, priority: number) {
    super();
    this.resource = resource;
    this.units = units;
    this.priority = priority;
  }

  begin(waiter: Waiter): undefined | typeof PENDING {
    if (this.#waiter !== undefined) throw waitInUse(this.describe());
    if (this.resource.demand(this)) return undefined;
    this.#waiter = waiter;
    return PENDING;
  }

  grant(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.wake(undefined);
  }

  withdraw(): void {
    if (this.#waiter === undefined) return;
    this.#waiter = undefined;
    this.resource.withdraw(this);
  }

  override undo(): void {
    this.resource.release(this.units);
  }

  describe(): string {
    const { name, inUse, capacity, waiting } = this.resource;
    return `resource "${name}" (${inUse} of ${capacity} in use, ${waiting} in line)`;
  }
}

/** Requests of one priority in order of asking; joining and leaving anywhere take no search. */
class Line {
  readonly priority: number;
  first: Acquisition | undefined = undefined;
  #last: Acquisition | undefined = undefined;

  constructor(priority: number) {
    this.priority = priority;
  }

  append(request: Acquisition): void {
    request.previous = this.#last;
    if (this.#last === undefined) this.first = request;
    else this.#last.next = request;
    this.#last = request;
  }

  remove(request: Acquisition): void {
    const { previous, next } = request;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    request.previous = undefined;
    request.next = undefined;
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
