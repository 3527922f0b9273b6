export {
  adviseSpread,
  type SpreadAdvice,
  type SpreadPatch,
  type SpreadQuestion,
} from "./advise-spread.ts";
export {
  SYNTHETIC_ALLOCATABLE,
  type SyntheticNodeOptions,
  syntheticNodes,
} from "./synthetic-nodes.ts";
