/**
 * A 32-bit hash of a text (FNV-1a over UTF-16 units): the same on every engine. For names and
 * streams, not for security.
 */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed >>> 0;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return finish(hash);
}

/** A 32-bit hash of four numbers: the pure source of jitter, so order of evaluation is free. */
export function hashNumbers(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(finish(hash) ^ b, 0xc2b2ae35);
  hash = Math.imul(finish(hash) ^ c, 0x27d4eb2f);
  hash = Math.imul(finish(hash) ^ d, 0x165667b1);
  return finish(hash);
}

/** A number in [0, 1) from four numbers. */
export function hashUnit(a: number, b: number, c: number, d: number): number {
  return hashNumbers(a, b, c, d) / 4_294_967_296;
}

/** The part of {@link hashUnit} that its first three numbers decide. */
export function hashStart(a: number, b: number, c: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(finish(hash) ^ b, 0xc2b2ae35);
  return finish(Math.imul(finish(hash) ^ c, 0x27d4eb2f));
}

/** {@link hashUnit} of the three numbers behind `start` and a fourth one. */
export function hashEnd(start: number, d: number): number {
  return finish(Math.imul(start ^ d, 0x165667b1)) / 4_294_967_296;
}

function finish(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
