import type { Node, Taint } from "../../api/index.ts";
import { NOT_READY_TAINT, UNREACHABLE_TAINT } from "../admission.ts";

const UNSCHEDULABLE_TAINT = "node.kubernetes.io/unschedulable";

/** The taint that stands for a condition with a status. */
const TAINT_OF_CONDITION: ReadonlyMap<string, string> = new Map([
  ["Ready=False", NOT_READY_TAINT],
  ["Ready=Unknown", UNREACHABLE_TAINT],
  ["MemoryPressure=True", "node.kubernetes.io/memory-pressure"],
  ["DiskPressure=True", "node.kubernetes.io/disk-pressure"],
  ["NetworkUnavailable=True", "node.kubernetes.io/network-unavailable"],
  ["PIDPressure=True", "node.kubernetes.io/pid-pressure"],
]);

const CONDITION_TAINTS: ReadonlySet<string> = new Set([
  ...TAINT_OF_CONDITION.values(),
  UNSCHEDULABLE_TAINT,
]);

/** NoSchedule taints that a node's conditions, and its cordon, call for. */
function wantedTaints({ spec, status }: Node): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const condition of status?.conditions ?? []) {
    const taint = TAINT_OF_CONDITION.get(`${condition.type}=${condition.status}`);
    if (taint !== undefined) wanted.add(taint);
  }
  if (spec?.unschedulable === true) wanted.add(UNSCHEDULABLE_TAINT);
  return wanted;
}

/**
 * The taints with those NoSchedule taints that stand for conditions set as the conditions are
 * (`doNoScheduleTaintingPass`); the same array where nothing changes. Other taints stay.
 */
export function withConditionTaints(node: Node, taints: readonly Taint[]): readonly Taint[] {
  const wanted = wantedTaints(node);
  const isOurs = ({ key, effect }: Taint): boolean =>
    effect === "NoSchedule" && CONDITION_TAINTS.has(key);
  const present = new Set(taints.filter(isOurs).map(({ key }) => key));
  const added = [...wanted].filter((key) => !present.has(key));
  const kept = taints.filter((taint) => !isOurs(taint) || wanted.has(taint.key));
  if (added.length === 0 && kept.length === taints.length) return taints;
  return [...kept, ...added.map((key): Taint => ({ key, effect: "NoSchedule" }))];
}
