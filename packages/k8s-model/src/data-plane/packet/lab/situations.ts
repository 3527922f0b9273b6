import type { Situation } from "./situation.ts";
import { AFFINITY_SITUATIONS } from "./situations-affinity.ts";
import { CHANGE_SITUATIONS } from "./situations-changes.ts";
import { PROTOCOL_SITUATIONS } from "./situations-protocols.ts";
import { STEADY_SITUATIONS } from "./situations-steady.ts";
import { TERMINATING_SITUATIONS } from "./situations-terminating.ts";

/** Everything that can be played in the packet lab. */
export const SITUATIONS: readonly Situation[] = [
  ...STEADY_SITUATIONS,
  ...PROTOCOL_SITUATIONS,
  ...AFFINITY_SITUATIONS,
  ...CHANGE_SITUATIONS,
  ...TERMINATING_SITUATIONS,
];
