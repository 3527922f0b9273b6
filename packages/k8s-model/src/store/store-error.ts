/**
 * A question or a write that the store refuses.
 *
 * `code` is stable (`history-pruned`, `already-exists`, `not-found`, …), `facts` hold what the
 * sentence says, `remedy` how to mend it. The store is unchanged after it.
 */
export class StoreError extends Error {
  readonly code: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly remedy: string;

  constructor(
    code: string,
    sentence: string,
    facts: Readonly<Record<string, string | number>>,
    remedy: string,
  ) {
    super(`${sentence} ${remedy} [${code}]`);
    this.name = "StoreError";
    this.code = code;
    this.facts = facts;
    this.remedy = remedy;
  }
}
