import { parseSelectorInteger, type Taint, type Toleration } from "../../api/index.ts";

/** Whether one toleration tolerates one taint: effect, key, and value by the operator. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { effect, key, operator, value } = toleration;
  if (effect !== undefined && effect !== "" && effect !== taint.effect) return false;
  if (key !== undefined && key !== "" && key !== taint.key) return false;
  switch (operator) {
    case undefined:
    case "":
    case "Equal":
      return (value ?? "") === (taint.value ?? "");
    case "Exists":
      return true;
    case "Gt":
    case "Lt":
      return compares(taint.value ?? "", operator, value ?? "");
    default:
      return false;
  }
}

/** The first taint that keeps a pod from being placed: NoSchedule or NoExecute and not tolerated. */
export function untoleratedTaint(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): Taint | undefined {
  return taints.find(
    (taint) =>
      (taint.effect === "NoSchedule" || taint.effect === "NoExecute") &&
      !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

/** How many PreferNoSchedule taints the pod does not tolerate: what TaintToleration scores. */
export function untoleratedPreferences(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): number {
  let count = 0;
  for (const taint of taints) {
    if (taint.effect !== "PreferNoSchedule") continue;
    if (!tolerations.some((toleration) => tolerates(toleration, taint))) count += 1;
  }
  return count;
}

const UNSCHEDULABLE: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** Whether the pod may go to a cordoned node. */
export function toleratesCordon(tolerations: readonly Toleration[]): boolean {
  return tolerations.some((toleration) => tolerates(toleration, UNSCHEDULABLE));
}

function compares(taintValue: string, operator: "Gt" | "Lt", bound: string): boolean {
  const left = parseSelectorInteger(taintValue);
  const right = parseSelectorInteger(bound);
  if (left === undefined || right === undefined) return false;
  return operator === "Gt" ? left > right : left < right;
}
