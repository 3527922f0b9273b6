export { budgetStatus, type ObservedBudget } from "./budget-status.ts";
export { type EvictionAnswer, evict } from "./evict.ts";
