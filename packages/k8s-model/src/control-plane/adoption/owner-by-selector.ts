import {
  type DaemonSet,
  type KubeObject,
  objectKey,
  type Pod,
  type StatefulSet,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import { type Store, uidOf } from "../../store/index.ts";
import { controllerReference } from "../ownership/ownership.ts";
import { isPodActive } from "../ownership/pod-availability.ts";
import { POD_TEMPLATE_HASH, templateHash } from "../ownership/pod-template.ts";
import { type Change, edit } from "../runtime/change.ts";
import { ordinalOf } from "../stateful-set/replicas.ts";
import { deploymentOf, type ReplicaSetGroup } from "./missing-replica-set.ts";

/**
 * Ties a running pod that names no controller to the workload of its namespace that selects it.
 * Pods of a Deployment are gathered in `groups`, by their template hash if they have one, else as
 * pods of its present template.
 */
export function ownerBySelector(
  store: Store,
  pod: Pod,
  groups: Map<string, ReplicaSetGroup>,
): readonly Change[] {
  if (!isPodActive(pod) || (pod.spec.nodeName ?? "") === "") return [];
  const set = setOf(store, pod);
  if (set !== undefined) return [owned(pod, set)];
  const deployment = deploymentOf(store, pod);
  if (deployment === undefined) return [];
  const hash =
    pod.metadata.labels?.[POD_TEMPLATE_HASH] ?? templateHash(deployment.spec.template, 0);
  const name = `${deployment.metadata.name}-${hash}`;
  const { namespace } = pod.metadata;
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  const known = store.get("ReplicaSet", key);
  if (known !== undefined) return [owned(pod, known, hash)];
  const groupKey = `ReplicaSet ${key}`;
  const group = groups.get(groupKey) ?? {
    name,
    uid: uidOf(`${groupKey}#adopted`),
    pods: [],
  };
  group.pods.push(pod);
  groups.set(groupKey, group);
  const metadata = { name, uid: group.uid };
  return [owned(pod, { apiVersion: "apps/v1", kind: "ReplicaSet", metadata }, hash)];
}

function setOf(store: Store, pod: Pod): KubeObject | undefined {
  const inNamespace = ({ metadata }: KubeObject): boolean =>
    metadata.namespace === pod.metadata.namespace;
  const selects = ({ spec }: StatefulSet | DaemonSet): boolean =>
    selectorMatches(selectorFromObject(spec.selector), pod.metadata.labels);
  return (
    store
      .list<StatefulSet>("StatefulSet")
      .find((set) => inNamespace(set) && selects(set) && ordinalOf(pod, set) !== undefined) ??
    store.list<DaemonSet>("DaemonSet").find((set) => inNamespace(set) && selects(set))
  );
}

function owned(pod: Pod, owner: KubeObject, hash?: string): Change {
  return edit<Pod>("Pod", objectKey(pod), (draft) => {
    draft.metadata.ownerReferences = [
      ...(draft.metadata.ownerReferences ?? []),
      controllerReference(owner),
    ];
    if (hash !== undefined) {
      draft.metadata.labels = { ...draft.metadata.labels, [POD_TEMPLATE_HASH]: hash };
    }
  });
}
