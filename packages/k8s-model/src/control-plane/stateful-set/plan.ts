import { objectKey, type PodTemplateSpec, type StatefulSet } from "../../api/index.ts";
import { untilAvailableNs } from "../ownership/pod-availability.ts";
import { type Change, edit } from "../runtime/change.ts";
import type { Plan } from "../runtime/controller-runner.ts";
import { podOfOrdinal } from "./pod-of-ordinal.ts";
import { type RolloutAction, type RolloutInput, rollOut } from "./rollout.ts";
import type { StatefulSetStatus } from "./status.ts";

export interface ObservedStatefulSet extends RolloutInput {
  /** Template of the current revision, where it is known. */
  readonly currentTemplate: PodTemplateSpec | undefined;
}

/** One sync of the StatefulSet controller: the pods' creations and deletions, then the status. */
export function planStatefulSet(observed: ObservedStatefulSet): Plan {
  const { statefulSet, pods, nowNs } = observed;
  const { actions, batches, status } = rollOut(observed);
  const changes = [
    ...actions.map((action) => change(observed, action)),
    ...statusChange(statefulSet, status),
  ];
  const again = untilAvailableNs(pods, statefulSet.spec.minReadySeconds ?? 0, nowNs);
  return { changes, batches, ...(again === undefined ? {} : { againAfterNs: again }) };
}

function change(observed: ObservedStatefulSet, action: RolloutAction): Change {
  if (action.verb === "delete") {
    return { verb: "delete", kind: "Pod", key: objectKey(action.pod) };
  }
  const { statefulSet, revisions, currentTemplate } = observed;
  const { ordinal, revision } = action;
  const isUpdated = revision === revisions.update;
  const template = isUpdated ? undefined : currentTemplate;
  const object = podOfOrdinal(
    statefulSet,
    template ?? statefulSet.spec.template,
    ordinal,
    revision,
  );
  return { verb: "create", object };
}

function statusChange(statefulSet: StatefulSet, after: StatefulSetStatus): Change[] {
  const before = (statefulSet.status ?? {}) as Record<string, unknown>;
  const observedGeneration = statefulSet.metadata.generation ?? 1;
  const same = Object.entries(after).every(([field, value]) => (before[field] ?? 0) === value);
  if (same && (before.observedGeneration ?? observedGeneration) === observedGeneration) return [];
  return [
    edit<StatefulSet>("StatefulSet", objectKey(statefulSet), (draft) => {
      const status = draft.status as object | undefined;
      draft.status = { ...status, ...after, observedGeneration };
    }),
  ];
}
