import type { KubeObject } from "../api/index.ts";
import { type Cursor, SendLine, type Version, WatchColumn } from "../store/index.ts";

/** Bytes of one watch event about a version, framing included. */
export type BytesOf = (version: Version) => number;

/**
 * The versions of one kind on their way from the API servers to one class of watchers: when each
 * leaves each server, and how many bytes that is.
 */
export class WatchStream {
  readonly kind: string;
  /** By API server. */
  readonly lines: readonly SendLine[];
  /** Watchers that a version is sent to now, by API server. */
  readonly attached: number[];
  /** Of all versions up to and with one: bytes of one copy of each. */
  readonly bytesUpTo: WatchColumn = new WatchColumn();
  readonly cursor: Cursor;
  /** Told of each version when it has been given to the links. */
  onSent: ((position: number, atNs: number) => void) | undefined;
  /** Copies sent. */
  sentEvents = 0;
  sentBytes = 0;
  readonly #bytesOf: BytesOf;
  readonly #objectBytes = new Map<string, number>();
  #listBytes = 0;
  #total = 0;

  constructor(cursor: Cursor, kind: string, replicas: number, bytesOf: BytesOf) {
    this.kind = kind;
    this.cursor = cursor;
    this.lines = Array.from({ length: replicas }, () => new SendLine());
    this.attached = Array.from({ length: replicas }, () => 0);
    this.#bytesOf = bytesOf;
  }

  /** The position after the newest version that has been taken up. */
  get end(): number {
    return this.bytesUpTo.end;
  }

  /** Objects of the kind, and the bytes of all of them. */
  get objects(): number {
    return this.#objectBytes.size;
  }

  get listBytes(): number {
    return this.#listBytes;
  }

  /** Bytes of one copy of each version below a position. */
  bytesBelow(position: number): number {
    return position >= this.end ? this.#total : position <= 0 ? 0 : this.bytesUpTo.at(position - 1);
  }

  /** Takes the next version up; returns the bytes of one copy. */
  take(version: Version<KubeObject>): number {
    const bytes = this.#bytesOf(version);
    const before = this.#objectBytes.get(version.key) ?? 0;
    this.#total += bytes;
    this.bytesUpTo.push(this.#total);
    if (version.type === "DELETED") this.#objectBytes.delete(version.key);
    else this.#objectBytes.set(version.key, bytes);
    this.#listBytes += (version.type === "DELETED" ? 0 : bytes) - before;
    for (const watchers of this.attached) {
      this.sentEvents += watchers;
      this.sentBytes += watchers * bytes;
    }
    return bytes;
  }

  dropBelow(position: number): void {
    for (const line of this.lines) line.dropBelow(position);
    this.bytesUpTo.dropBelow(position - 1);
  }
}
