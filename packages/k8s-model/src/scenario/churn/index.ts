export { type ChurnOptions, DEFAULT_CHURN } from "./churn-options.ts";
export { churnSentence } from "./churn-sentence.ts";
export { watchBytes } from "./endpoint-bytes.ts";
export type { PhaseReport } from "./phase-meter.ts";
export { type ChurnReport, runChurn } from "./run-churn.ts";
