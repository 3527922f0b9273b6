import type { EncodedBytes } from "./text-size.ts";
import { varintBytes } from "./wire.ts";

/** Bytes of the items of a list, their lengths included, without tags, brackets and commas. */
interface KnownList {
  readonly items: readonly unknown[];
  readonly protobuf: number;
  readonly json: number;
}

/** From this length on a list is compared with the one measured before it. */
const WORTH_KEEPING = 256;

/**
 * Sizes of long lists of shared items: a version that differs from the one before in a few items
 * costs one comparison of references for each of the others. Found again by its first and last items.
 */
export class ListMemory {
  readonly #lists = new WeakMap<object, KnownList>();
  readonly #bytesOf: (item: unknown) => EncodedBytes;

  constructor(bytesOf: (item: unknown) => EncodedBytes) {
    this.#bytesOf = bytesOf;
  }

  bytesOf(items: readonly unknown[]): EncodedBytes {
    if (items.length < WORTH_KEEPING) return this.#sum(items);
    const anchors = anchorsOf(items);
    let before: KnownList | undefined;
    for (const anchor of anchors) before ??= this.#lists.get(anchor);
    if (before?.items === items) return before;
    const bytes = before === undefined ? this.#sum(items) : this.#after(before, items);
    const known = { items, ...bytes };
    for (const anchor of anchors) this.#lists.set(anchor, known);
    return bytes;
  }

  /** Walks both lists side by side; items left out or put in shift one against the other. */
  #after(before: KnownList, items: readonly unknown[]): EncodedBytes {
    const old = before.items;
    let { protobuf, json } = before;
    const count = (item: unknown, sign: 1 | -1): void => {
      const bytes = this.#bytesOf(item);
      protobuf += sign * (varintBytes(bytes.protobuf) + bytes.protobuf);
      json += sign * bytes.json;
    };
    let from = commonStart(old, items);
    let to = from;
    const same = commonEnd(old, items, from);
    const oldEnd = old.length - same;
    const end = items.length - same;
    while (from < oldEnd || to < end) {
      if (from < oldEnd && to < end && old[from] === items[to]) {
        from++;
        to++;
        continue;
      }
      const isLeftOut = to >= end || (from + 1 < oldEnd && old[from + 1] === items[to]);
      const isPutIn = from >= oldEnd || (!isLeftOut && to + 1 < end && old[from] === items[to + 1]);
      if (!isPutIn) count(old[from++], -1);
      if (!isLeftOut) count(items[to++], 1);
    }
    return { protobuf, json };
  }

  #sum(items: readonly unknown[]): EncodedBytes {
    let protobuf = 0;
    let json = 0;
    for (const item of items) {
      const bytes = this.#bytesOf(item);
      protobuf += varintBytes(bytes.protobuf) + bytes.protobuf;
      json += bytes.json;
    }
    return { protobuf, json };
  }
}

/** How many items two lists share from their start on. */
function commonStart(a: readonly unknown[], b: readonly unknown[]): number {
  const most = Math.min(a.length, b.length);
  let count = 0;
  while (count < most && a[count] === b[count]) count++;
  return count;
}

/** How many items two lists share at their end, beside `start` at their beginning. */
function commonEnd(a: readonly unknown[], b: readonly unknown[], start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let count = 0;
  while (count < most && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}

/** Items by which the next version is recognised: changes rarely touch both ends at once. */
function anchorsOf(items: readonly unknown[]): readonly object[] {
  return [items[0], items[1], items.at(-2), items.at(-1)].filter(
    (item): item is object => typeof item === "object" && item !== null,
  );
}
