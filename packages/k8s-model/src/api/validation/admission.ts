import { BUILT_IN_PRIORITY_CLASSES } from "../defaulting/pod.ts";
import { child, type Fields, number, text } from "../schema/fields.ts";

/**
 * Why the default admission plugins refuse a pod, or undefined. A cluster is assumed with the built-in
 * priority classes and no runtime classes.
 */
export function podAdmissionProblem(pod: Fields): string | undefined {
  const spec = child(pod, "spec") ?? {};
  const className = text(spec, "priorityClassName");
  const priority = className === "" ? 0 : BUILT_IN_PRIORITY_CLASSES.get(className);
  if (priority === undefined) return `there is no PriorityClass "${className}"`;
  const given = number(spec, "priority");
  if (given !== undefined && given !== priority) {
    return `priority ${given} must not be given: it follows from the PriorityClass`;
  }
  const policy = text(spec, "preemptionPolicy");
  if (policy !== "" && policy !== "PreemptLowerPriority") {
    return `preemptionPolicy "${policy}" must not be given: it follows from the PriorityClass`;
  }
  const runtimeClass = text(spec, "runtimeClassName");
  if (runtimeClass !== "") return `there is no RuntimeClass "${runtimeClass}"`;
  const overhead = Object.keys(child(spec, "overhead") ?? {}).length;
  return overhead > 0 ? "overhead may only come from a RuntimeClass" : undefined;
}
