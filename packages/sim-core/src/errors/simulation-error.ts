/** The facts of an error, by name: what a program reads instead of the message. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/**
 * A mistake in the use of the kernel: a stable code, the facts as fields, and what to do about it.
 *
 * Unless the throwing function says otherwise, nothing has changed when it is thrown.
 */
export class SimulationError extends Error {
  /** Stable name of the mistake, kebab-case. */
  readonly code: string;
  readonly facts: ErrorFacts;
  readonly remedy: string;

  constructor(
    code: string,
    facts: ErrorFacts,
    message: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${message} ${remedy} [${code}]`, options);
    this.name = "SimulationError";
    this.code = code;
    this.facts = facts;
    this.remedy = remedy;
  }
}
