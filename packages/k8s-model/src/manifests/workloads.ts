import { selectorFromObject, selectorMatches } from "../api/label-selector.ts";
import type { LabelSelector, OwnerReference } from "../api/meta.ts";
import type { Container, PodSpec } from "../api/pod.ts";
import type { FieldPath } from "./field-path.ts";
import { type Fields, isFields, labelsOf, listOf } from "./guards.ts";
import type { ManifestObject } from "./manifest-object.ts";

/** What makes pods: a Deployment and the like, or a pod that nothing in the input owns. */
export interface WorkloadView {
  /** `NAMESPACE/KIND/NAME`. */
  readonly key: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** The object, or the first pod of an owner that the input lacks. */
  readonly entry: ManifestObject;
  /** Labels of its pods. */
  readonly labels: Readonly<Record<string, string>>;
  readonly podSpec: PodSpec;
  /** Path of the pod spec in the object: `spec.template.spec`, or `spec` of a pod. */
  readonly podSpecPath: FieldPath;
  /** Pods of the input that belong to it, in the order of the input. */
  readonly pods: readonly ManifestObject[];
}

const TEMPLATED = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);

/**
 * The workloads of the input, ordered by key. ReplicaSets of a Deployment and pods of a workload
 * are not workloads of their own. Pods of an owner that the input lacks (a dump without
 * ReplicaSets, say) go to the Deployment whose selector and name fit, else they form one workload
 * named for that owner.
 */
export function workloadsOf(objects: readonly ManifestObject[]): WorkloadView[] {
  const makers = objects.filter(({ object }) => TEMPLATED.has(object.kind) && hasTemplate(object));
  const byKey: MakersByKey = new Map(makers.map((entry) => [keyOf(entry), entry]));
  const tops = makers.filter((entry) => ownerAmong(byKey, entry) === undefined);
  const pods = objects.filter(({ object }) => object.kind === "Pod" && isFields(object.spec));
  const podsOf = new Map<string, ManifestObject[]>();
  for (const pod of pods) {
    const key = podKey(byKey, tops, pod);
    const owned = podsOf.get(key);
    if (owned === undefined) podsOf.set(key, [pod]);
    else owned.push(pod);
  }
  const views = tops.map((entry) => templateView(entry, podsOf.get(keyOf(entry)) ?? []));
  const known = new Set(views.map(({ key }) => key));
  for (const [key, owned] of podsOf) if (!known.has(key)) views.push(podView(key, owned));
  return views.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** `NAMESPACE/KIND/NAME` of an object. */
export function keyOf({ object }: ManifestObject): string {
  return `${object.metadata.namespace ?? ""}/${object.kind}/${object.metadata.name}`;
}

/** The containers that serve and call while the pod runs: without init steps, with sidecars. */
export function runningContainers(
  view: WorkloadView,
): { readonly container: Container; readonly path: FieldPath }[] {
  const of = (field: "containers" | "initContainers") =>
    listOf(view.podSpec[field]).flatMap((container, index) =>
      isFields(container)
        ? [
            {
              container: container as unknown as Container,
              path: [...view.podSpecPath, field, index],
            },
          ]
        : [],
    );
  const sidecars = of("initContainers").filter(
    ({ container }) => container.restartPolicy === "Always",
  );
  return [...of("containers"), ...sidecars];
}

function templateView(entry: ManifestObject, pods: readonly ManifestObject[]): WorkloadView {
  const template = (entry.object.spec as Fields).template as Fields;
  return {
    ...named(entry),
    entry,
    labels: labelsOf(template.metadata),
    podSpec: template.spec as unknown as PodSpec,
    podSpecPath: ["spec", "template", "spec"],
    pods,
  };
}

function podView(key: string, pods: readonly ManifestObject[]): WorkloadView {
  const entry = pods[0] as ManifestObject;
  const [namespace = "", kind = "", name = ""] = key.split("/");
  return {
    key,
    namespace,
    kind,
    name,
    entry,
    labels: labelsOf(entry.object.metadata),
    podSpec: entry.object.spec as unknown as PodSpec,
    podSpecPath: ["spec"],
    pods,
  };
}

function named(entry: ManifestObject): Pick<WorkloadView, "key" | "namespace" | "kind" | "name"> {
  const { kind, metadata } = entry.object;
  return { key: keyOf(entry), namespace: metadata.namespace ?? "", kind, name: metadata.name };
}

type MakersByKey = ReadonlyMap<string, ManifestObject>;

function podKey(makers: MakersByKey, tops: readonly ManifestObject[], pod: ManifestObject): string {
  const owner = controllerOf(pod);
  if (owner === undefined || owner.kind === "Node") return keyOf(pod);
  const maker = ownerAmong(makers, pod);
  if (maker !== undefined) return keyOf(ownerAmong(makers, maker) ?? maker);
  const namespace = pod.object.metadata.namespace ?? "";
  const deployment = tops.find(
    (entry) =>
      owner.kind === "ReplicaSet" &&
      entry.object.kind === "Deployment" &&
      (entry.object.metadata.namespace ?? "") === namespace &&
      owner.name.startsWith(`${entry.object.metadata.name}-`) &&
      selects(entry, pod),
  );
  return deployment === undefined ? `${namespace}/${owner.kind}/${owner.name}` : keyOf(deployment);
}

function selects(maker: ManifestObject, pod: ManifestObject): boolean {
  try {
    const selector = (maker.object.spec as Fields).selector as LabelSelector;
    return selectorMatches(selectorFromObject(selector), labelsOf(pod.object.metadata));
  } catch {
    // A selector that is not valid selects nothing; validation says so.
    return false;
  }
}

function ownerAmong(makers: MakersByKey, entry: ManifestObject): ManifestObject | undefined {
  const owner = controllerOf(entry);
  if (owner === undefined) return undefined;
  return makers.get(`${entry.object.metadata.namespace ?? ""}/${owner.kind}/${owner.name}`);
}

/** The owner that controls the object, if one does. */
export function controllerOf({ object }: ManifestObject): OwnerReference | undefined {
  return listOf(object.metadata.ownerReferences).find(
    (owner): owner is OwnerReference =>
      isFields(owner) && owner.controller === true && typeof owner.name === "string",
  );
}

function hasTemplate(object: { readonly [field: string]: unknown }): boolean {
  const { spec } = object;
  return isFields(spec) && isFields(spec.template) && isFields(spec.template.spec);
}
