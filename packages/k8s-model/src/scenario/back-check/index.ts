export { type BackCheck, backCheck } from "./back-check.ts";
export { backCheckReason, backCheckSentence, rowInWords } from "./conclusion.ts";
export { type ObservedNumber, readObservedNumbers } from "./observed-number.ts";
