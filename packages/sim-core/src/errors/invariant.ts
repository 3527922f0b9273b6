/** A promise that the code made to itself and broke: always a fault of the library, never of its user. */
export class BrokenInvariant extends Error {
  constructor(sentence: string) {
    super(`Broken invariant: ${sentence}`);
    this.name = "BrokenInvariant";
  }
}

/** Holds the code to a promise; `sentence` says what must be true. Always on, also in production. */
export function invariant(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new BrokenInvariant(sentence);
}
