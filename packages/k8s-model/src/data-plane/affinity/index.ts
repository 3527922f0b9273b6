export {
  AffinityLists,
  type AffinityRules,
  RECENT_LISTS,
  TIMEOUT_SETS,
} from "./affinity-lists.ts";
