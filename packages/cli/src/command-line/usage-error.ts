/** The command line or the input cannot be used; exit code 2. */
export class UsageError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, remedy?: string) {
    super(message);
    this.name = "UsageError";
    this.code = code;
    this.remedy = remedy;
  }
}
