import type { EventId } from "@k8s-netsim/sim-core";
import type { Work } from "../runtime/work.ts";

const NS_PER_SECOND = 1_000_000_000;

/** Nodes of one zone that wait for their NoExecute taint, let through one at a time at a rate. */
export class ZoneQueue {
  readonly #work: Work;
  readonly #taint: (nodeName: string) => void;
  readonly #waiting = new Set<string>();
  #rateHz: number;
  /** When the next node may be let through (ns). */
  #nextNs = 0;
  #event: EventId | undefined;

  constructor(work: Work, rateHz: number, taint: (nodeName: string) => void) {
    this.#work = work;
    this.#rateHz = rateHz;
    this.#taint = taint;
  }

  add(nodeName: string): void {
    this.#waiting.add(nodeName);
    this.#schedule();
  }

  delete(nodeName: string): void {
    this.#waiting.delete(nodeName);
  }

  /** Takes another rate; its first token is there at once only where one of the old rate's was. */
  setRate(rateHz: number): void {
    if (rateHz === this.#rateHz) return;
    const { now } = this.#work;
    const hasToken = this.#rateHz > 0 && this.#nextNs <= now;
    this.#rateHz = rateHz;
    if (rateHz > 0) this.#nextNs = hasToken ? now : now + Math.round(NS_PER_SECOND / rateHz);
    if (this.#event !== undefined) this.#work.cancel(this.#event);
    this.#event = undefined;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#event !== undefined || this.#rateHz === 0 || this.#waiting.size === 0) return;
    this.#event = this.#work.at(Math.max(this.#work.now, this.#nextNs), () => {
      this.#event = undefined;
      const [name] = this.#waiting;
      if (name !== undefined) {
        this.#waiting.delete(name);
        this.#nextNs = this.#work.now + Math.round(NS_PER_SECOND / this.#rateHz);
        this.#taint(name);
      }
      this.#schedule();
    });
  }
}
