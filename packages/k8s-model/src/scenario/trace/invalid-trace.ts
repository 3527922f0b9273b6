/** A cluster or traffic that cannot be captured; nothing was simulated. */
export class InvalidTrace extends Error {
  override readonly name = "InvalidTrace";
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, sentence: string, remedy: string) {
    super(sentence);
    this.code = code;
    this.remedy = remedy;
  }
}
