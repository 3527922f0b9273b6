export { withConditionTaints } from "./condition-taints.ts";
export { handleDisruption, type ZoneRecords } from "./disruption.ts";
export { afterHealthCheck, type ReadyStatus, withNoExecuteTaint } from "./taints.ts";
export { zoneState } from "./zone-state.ts";
