/** A question that the data cannot answer, or data that cannot be right. */
export class StatisticsError extends Error {
  /** Stable name of the mistake, kebab-case. */
  readonly code: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly remedy: string;

  constructor(
    code: string,
    facts: Readonly<Record<string, string | number>>,
    message: string,
    remedy: string,
  ) {
    super(`${message} ${remedy} [${code}]`);
    this.name = "StatisticsError";
    this.code = code;
    this.facts = facts;
    this.remedy = remedy;
  }
}
