import {
  type Deployment,
  type EndpointSlice,
  type KubeObject,
  type OwnerReference,
  objectKey,
  type Pod,
  type ReplicaSet,
  type Service,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import { CONTROLLER_NAME, MANAGED_BY_LABEL, serviceKeyOfSlice } from "../endpoint-slice/labels.ts";
import { isOwnedBy } from "../endpoint-slice/slice-changes.ts";
import { controllerOf, controllerReference } from "../ownership/ownership.ts";
import { isPodActive } from "../ownership/pod-availability.ts";
import { POD_TEMPLATE_HASH } from "../ownership/pod-template.ts";
import { type Change, edit } from "../runtime/change.ts";

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
 * Ties objects of a dump to their owners: references to objects that are there under another uid
 * are corrected, and ReplicaSets that pods name and the dump lacks are made from their Deployment,
 * so that running pods are kept and not replaced.
 */
export function adopt(store: Store): Adoption {
  const changes: Change[] = [];
  const notes: string[] = [];
  const orphaned = new Map<string, Pod[]>();
  for (const pod of store.list<Pod>("Pod")) {
    const owner = controllerOf(pod);
    if (owner === undefined || !SIMULATED_OWNERS.has(owner.kind)) continue;
    const found = store.get(owner.kind, keyIn(pod, owner.name));
    if (found === undefined) append(orphaned, `${owner.kind} ${keyIn(pod, owner.name)}`, pod);
    else if (found.metadata.uid !== owner.uid) changes.push(corrected(pod, owner, found));
  }
  for (const set of store.list<ReplicaSet>("ReplicaSet")) {
    const owner = controllerOf(set);
    const found = owner && store.get(owner.kind, keyIn(set, owner.name));
    if (owner !== undefined && found !== undefined && found.metadata.uid !== owner.uid) {
      changes.push(corrected(set, owner, found));
    }
  }
  for (const [key, pods] of sorted(orphaned)) {
    const made = makeReplicaSet(store, pods, orphaned);
    const count = pods.length === 1 ? "1 pod" : `${pods.length} pods`;
    if (made !== undefined) {
      changes.push({ verb: "create", object: made });
      notes.push(`${key} is not in the input: made for its ${count} from their Deployment.`);
    } else {
      notes.push(`${key} is not in the input: its ${count} stay as they are and are not replaced.`);
    }
  }
  for (const slice of store.list<EndpointSlice>("EndpointSlice")) {
    const change = adoptedSlice(store, slice);
    if (change !== undefined) changes.push(change);
  }
  return { changes, notes };
}

function corrected(object: KubeObject, owner: OwnerReference, found: KubeObject): Change {
  return edit<KubeObject>(object.kind, objectKey(object), (draft) => {
    const references = draft.metadata.ownerReferences ?? [];
    draft.metadata.ownerReferences = references.map((reference) =>
      reference.uid === owner.uid ? { ...reference, uid: found.metadata.uid ?? "" } : reference,
    );
  });
}

/** The ReplicaSet that pods name, from the Deployment that selects them. */
function makeReplicaSet(
  store: Store,
  pods: readonly Pod[],
  orphaned: ReadonlyMap<string, readonly Pod[]>,
): ReplicaSet | undefined {
  const [pod] = pods;
  const owner = pod && controllerOf(pod);
  if (pod === undefined || owner?.kind !== "ReplicaSet") return undefined;
  const deployment = store
    .list<Deployment>("Deployment")
    .find((one) => one.metadata.namespace === pod.metadata.namespace && selects(one, pod));
  if (deployment === undefined) return undefined;
  const newest = isNewest(deployment, pod, orphaned);
  const hash = pod.metadata.labels?.[POD_TEMPLATE_HASH];
  const label = hash === undefined ? {} : { [POD_TEMPLATE_HASH]: hash };
  const { selector, template } = deployment.spec;
  const labels = { ...(newest ? template.metadata?.labels : pod.metadata.labels), ...label };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: owner.name,
      uid: owner.uid,
      ...(pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace }),
      labels,
      ...(pod.metadata.creationTimestamp === undefined
        ? {}
        : { creationTimestamp: pod.metadata.creationTimestamp }),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: pods.filter(isPodActive).length,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, ...label } },
      template: newest
        ? { ...template, metadata: { ...template.metadata, labels } }
        : { metadata: { labels }, spec: withoutNode(pod) },
    },
  };
}

const selects = ({ spec }: Deployment, pod: Pod): boolean =>
  selectorMatches(selectorFromObject(spec.selector), pod.metadata.labels);

/** Of the missing ReplicaSets of one Deployment, the one that runs its present images, or else the youngest. */
function isNewest(
  deployment: Deployment,
  pod: Pod,
  orphaned: ReadonlyMap<string, readonly Pod[]>,
): boolean {
  const rivals = [...orphaned.values()]
    .map(([first]) => first)
    .filter(
      (one): one is Pod =>
        one !== undefined &&
        one.metadata.namespace === deployment.metadata.namespace &&
        selects(deployment, one),
    );
  const wanted = images(deployment.spec.template.spec);
  const rank = (one: Pod): string =>
    `${images(one.spec) === wanted ? 1 : 0} ${one.metadata.creationTimestamp ?? ""} ${controllerOf(one)?.name}`;
  return rivals.every((rival) => rank(rival) <= rank(pod));
}

const images = ({ containers }: Pod["spec"]): string =>
  containers
    .map(({ name, image = "" }) => `${name}=${image}`)
    .sort()
    .join();

function withoutNode({ spec }: Pod): Pod["spec"] {
  const { nodeName: _, ...rest } = spec;
  return rest as Pod["spec"];
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
