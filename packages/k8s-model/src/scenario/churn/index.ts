export {
  type ByteSource,
  type ChurnOptions,
  type ChurnProxyMode,
  DEFAULT_CHURN,
  type Propagation,
} from "./churn-options.ts";
export { churnSentence } from "./churn-sentence.ts";
export type { PhaseReport } from "./phase-meter.ts";
export { type ChurnMoment, type ChurnReport, runChurn } from "./run-churn.ts";
