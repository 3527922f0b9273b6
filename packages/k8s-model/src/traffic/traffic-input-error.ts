/** Traffic that cannot be: what is wrong, where, and what to do. Nothing has been simulated yet. */
export class TrafficInputError extends Error {
  override readonly name = "TrafficInputError";
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, message: string, remedy: string) {
    super(`${message}\n  Fix: ${remedy}.   [${code}]`);
    this.code = code;
    this.remedy = remedy;
  }
}
