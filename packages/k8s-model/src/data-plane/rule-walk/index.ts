export { addressMatches } from "./address-range.ts";
export type { RuleHost, RuleOutcome, RuleSubject } from "./subject.ts";
