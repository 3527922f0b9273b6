import { apiServer } from "./api-server.ts";
import { nodes } from "./heartbeats.ts";
import { topologyHints } from "./hints.ts";
import { kep752 } from "./kep752.ts";
import type { ResultGroup } from "./published-result.ts";
import { ruleProgramming } from "./rule-programming.ts";
import { scheduling } from "./scheduling.ts";
import { slices } from "./slices.ts";
import { subsetting } from "./subsetting.ts";

/** Every published result about the chain from a pod to the rules of the nodes. */
export const RESULT_GROUPS: readonly ResultGroup[] = [
  kep752,
  slices,
  topologyHints,
  subsetting,
  ruleProgramming,
  nodes,
  scheduling,
  apiServer,
];
