/** Why something is sent again: `no answer: SYN again, for the 2nd time`. */
export function againText(what: string, n: number): string {
  const isTeen = n % 100 > 10 && n % 100 < 14;
  const ending = ["th", "st", "nd", "rd"][isTeen ? 0 : n % 10] ?? "th";
  return `no answer: ${what} again, for the ${n}${ending} time`;
}
