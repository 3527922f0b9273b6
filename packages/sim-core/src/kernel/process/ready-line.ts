/**
 * Processes that go on at the present time, first come, first served, each with the handler that woke
 * it. They wait here only while no event is pending at this time, so that passing the event queue by
 * does not change the order.
 */
export class ReadyLine {
  readonly #processes: number[] = [];
  readonly #wokenBy: number[] = [];
  #first = 0;
  #end = 0;

  get size(): number {
    return this.#end - this.#first;
  }

  push(process: number, wokenBy: number): void {
    this.#processes[this.#end] = process;
    this.#wokenBy[this.#end++] = wokenBy;
  }

  /** Who woke the first in line; the line must not be empty. */
  firstWokenBy(): number {
    return this.#wokenBy[this.#first] as number;
  }

  /** Takes the first in line, which must not be empty. */
  shift(): number {
    const process = this.#processes[this.#first++] as number;
    if (this.#first === this.#end) {
      this.#first = 0;
      this.#end = 0;
    }
    return process;
  }

  /** Takes a process out of the line; the others keep their order. */
  remove(process: number): void {
    const position = this.#processes.indexOf(process, this.#first);
    this.#processes.copyWithin(position, position + 1, this.#end);
    this.#wokenBy.copyWithin(position, position + 1, this.#end);
    this.#end--;
    if (this.#first === this.#end) {
      this.#first = 0;
      this.#end = 0;
    }
  }
}
