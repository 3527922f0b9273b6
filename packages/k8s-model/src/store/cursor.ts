import type { KubeObject } from "../api/index.ts";
import type { KindLog } from "./kind-log.ts";
import type { Version } from "./version.ts";

/**
 * A watch: a place in the sub-log of one kind. What lies below `position` has been seen; history
 * at or above the lowest cursor is kept.
 */
export class Cursor<T extends KubeObject = KubeObject> {
  readonly name: string;
  #log: KindLog<T>;
  #position: number;

  constructor(name: string, log: KindLog<T>, position: number) {
    this.name = name;
    this.#log = log;
    this.#position = position;
    log.cursors.add(this);
  }

  get position(): number {
    return this.#position;
  }

  /** Whether versions above the cursor exist. */
  get behind(): boolean {
    return this.#position < this.#log.end;
  }

  /** The next version, without moving. */
  peek(): Version<T> | undefined {
    return this.behind ? this.#log.at(this.#position) : undefined;
  }

  /** The next version, moving past it. */
  next(): Version<T> | undefined {
    const version = this.peek();
    if (version !== undefined) this.#position++;
    return version;
  }

  /** Moves forward to a position; never backward. */
  moveTo(position: number): void {
    if (position > this.#position) this.#position = Math.min(position, this.#log.end);
  }

  close(): void {
    this.#log.cursors.delete(this);
  }
}
