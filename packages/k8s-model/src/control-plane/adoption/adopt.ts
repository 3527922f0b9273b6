import {
  type EndpointSlice,
  type KubeObject,
  type OwnerReference,
  objectKey,
  type Pod,
  type ReplicaSet,
  type Service,
} from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import { CONTROLLER_NAME, MANAGED_BY_LABEL, serviceKeyOfSlice } from "../endpoint-slice/labels.ts";
import { isOwnedBy } from "../endpoint-slice/slice-changes.ts";
import { controllerOf, controllerReference } from "../ownership/ownership.ts";
import { type Change, edit } from "../runtime/change.ts";
import { type ReplicaSetGroup, replicaSetOf } from "./missing-replica-set.ts";
import { ownerBySelector } from "./owner-by-selector.ts";

/** What is to be mended in objects of a dump before the controllers look at them. */
export interface Adoption {
  readonly changes: readonly Change[];
  /** What was missing and how it was made good, a sentence each. */
  readonly notes: readonly string[];
}

const SIMULATED_OWNERS: ReadonlySet<string> = new Set([
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
]);

/**
 * Ties objects of a dump to their owners, so that running pods are kept and not replaced.
 *
 * References to objects that are there under another uid are corrected; pods without a controller
 * go to the workload that selects them; ReplicaSets that are named or needed and not there are made
 * from their Deployment; slices of the controller's go to the Service that they are labelled with.
 */
export function adopt(store: Store): Adoption {
  const changes: Change[] = [];
  const lost = new Map<string, Pod[]>();
  const groups = new Map<string, ReplicaSetGroup>();
  for (const pod of store.list<Pod>("Pod")) {
    const owner = controllerOf(pod);
    if (owner === undefined) changes.push(...ownerBySelector(store, pod, groups));
    else if (SIMULATED_OWNERS.has(owner.kind)) {
      const found = store.get(owner.kind, keyIn(pod, owner.name));
      if (found === undefined) append(lost, `${owner.kind} ${keyIn(pod, owner.name)}`, pod);
      else if (found.metadata.uid !== owner.uid) changes.push(corrected(pod, owner, found));
    }
  }
  for (const set of store.list<ReplicaSet>("ReplicaSet")) {
    const owner = controllerOf(set);
    const found = owner && store.get(owner.kind, keyIn(set, owner.name));
    if (owner !== undefined && found !== undefined && found.metadata.uid !== owner.uid) {
      changes.push(corrected(set, owner, found));
    }
  }
  const made = madeReplicaSets(store, lost, groups);
  for (const slice of store.list<EndpointSlice>("EndpointSlice")) {
    const change = adoptedSlice(store, slice);
    if (change !== undefined) changes.push(change);
  }
  return { changes: [...changes, ...made.changes], notes: made.notes };
}

function madeReplicaSets(
  store: Store,
  lost: ReadonlyMap<string, readonly Pod[]>,
  groups: Map<string, ReplicaSetGroup>,
): Adoption {
  const leftAlone = new Map<string, number>();
  for (const [key, pods] of sorted(lost)) {
    const owner = controllerOf(pods[0] as Pod) as OwnerReference;
    if (owner.kind === "ReplicaSet") {
      groups.set(key, { name: owner.name, uid: owner.uid, pods: [...pods] });
    } else leftAlone.set(key, pods.length);
  }
  const changes: Change[] = [];
  const made = new Map<string, number>();
  const all = sorted(groups);
  for (const [key, group] of all) {
    const rivals = all.map(([, rival]) => rival);
    const object = replicaSetOf(store, group, rivals);
    if (object === undefined) leftAlone.set(key, group.pods.length);
    else {
      changes.push({ verb: "create", object });
      made.set(key, group.pods.length);
    }
  }
  return { changes, notes: [...madeNotes(made), ...leftAloneNotes(leftAlone)] };
}

const podCount = (count: number): string => (count === 1 ? "1 pod" : `${count} pods`);

/** A dump without ReplicaSets is the rule rather than the exception: one sentence for all. */
function madeNotes(made: ReadonlyMap<string, number>): string[] {
  const [only, ...others] = made;
  if (only === undefined) return [];
  if (others.length === 0) {
    const [key, pods] = only;
    return [`${key} is not in the input: made for its ${podCount(pods)} from their Deployment.`];
  }
  const pods = podCount([...made.values()].reduce((a, b) => a + b));
  return [
    `${made.size} ReplicaSets are not in the input: made for their ${pods} from the Deployments.`,
  ];
}

const SHOWN_OWNERS = 5;

function leftAloneNotes(owners: ReadonlyMap<string, number>): string[] {
  const notes = sorted(owners).map(
    ([key, pods]) =>
      `${key} is not in the input: its ${podCount(pods)} stay as they are and are not replaced.`,
  );
  const rest = notes.length - SHOWN_OWNERS;
  if (rest <= 1) return notes;
  return [...notes.slice(0, SHOWN_OWNERS), `… and ${rest} more owners that are not in the input.`];
}

function corrected(object: KubeObject, owner: OwnerReference, found: KubeObject): Change {
  return edit<KubeObject>(object.kind, objectKey(object), (draft) => {
    const references = draft.metadata.ownerReferences ?? [];
    draft.metadata.ownerReferences = references.map((reference) =>
      reference.uid === owner.uid ? { ...reference, uid: found.metadata.uid ?? "" } : reference,
    );
  });
}

/** A slice of the controller's whose Service has another uid here. */
function adoptedSlice(store: Store, slice: EndpointSlice): Change | undefined {
  if (slice.metadata.labels?.[MANAGED_BY_LABEL] !== CONTROLLER_NAME) return undefined;
  const service = store.get<Service>("Service", serviceKeyOfSlice(slice) ?? "");
  if (service === undefined || isOwnedBy(slice, service)) return undefined;
  return edit<EndpointSlice>("EndpointSlice", objectKey(slice), (draft) => {
    draft.metadata.ownerReferences = [controllerReference(service)];
  });
}

function keyIn({ metadata }: KubeObject, name: string): string {
  return metadata.namespace === undefined ? name : `${metadata.namespace}/${name}`;
}

function append(groups: Map<string, Pod[]>, key: string, pod: Pod): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [pod]);
  else group.push(pod);
}

function sorted<T>(groups: ReadonlyMap<string, T>): [string, T][] {
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
