import type { Labels, Pod, PodSpec, Toleration } from "../../api/index.ts";
import { type PodAffinities, podAffinities } from "./affinity-term.ts";
import { type HostPort, hostPorts } from "./host-ports.ts";
import {
  type PreferredNodeAffinity,
  preferredNodeAffinity,
  type RequiredNodeAffinity,
  requiredNodeAffinity,
} from "./node-affinity.ts";
import { podRequests, podRequestsForScoring, type ResourceVector } from "./resources.ts";

/**
 * Everything that the scheduler reads of a pod, worked out once: the pods of one template share one
 * shape, and what is known about a shape (counts, verdicts per node) is known about all of them.
 */
export interface PodShape {
  /** Equal for equal shapes. */
  readonly signature: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** The node that the pod insists on by name, or the empty text. */
  readonly nodeName: string;
  readonly tolerations: readonly Toleration[];
  readonly requiredNodes: RequiredNodeAffinity;
  readonly preferredNodes: PreferredNodeAffinity | undefined;
  readonly ports: readonly HostPort[];
  readonly requests: ResourceVector;
  readonly scoringRequests: ResourceVector;
  readonly affinities: PodAffinities;
  /** One pod of this shape: its spread constraints are read where they are needed. */
  readonly example: Pod;
}

interface KnownSignature {
  readonly spec: PodSpec;
  readonly labels: Labels | undefined;
  readonly namespace: string | undefined;
  readonly nodeName: string;
  readonly signature: string;
}

/** By the list of containers, which the pods of one template share whatever node they are bound to. */
const signatures = new WeakMap<PodSpec["containers"], KnownSignature>();

/** What two pods must have in common to be of one shape; objects do not change, so it is kept. */
export function shapeSignature(pod: Pod, nodeName: string): string {
  const { metadata, spec } = pod;
  const { labels, namespace } = metadata;
  const known = spec.containers && signatures.get(spec.containers);
  if (
    known !== undefined &&
    known.labels === labels &&
    known.namespace === namespace &&
    known.nodeName === nodeName &&
    sharesParts(known.spec, spec)
  ) {
    return known.signature;
  }
  const signature = signatureOf(pod, nodeName);
  if (spec.containers) {
    signatures.set(spec.containers, { spec, labels, namespace, nodeName, signature });
  }
  return signature;
}

/** Whether all that a signature reads of two specs, the containers aside, is the same objects. */
function sharesParts(a: PodSpec, b: PodSpec): boolean {
  return (
    a === b ||
    (a.nodeSelector === b.nodeSelector &&
      a.affinity === b.affinity &&
      a.tolerations === b.tolerations &&
      a.topologySpreadConstraints === b.topologySpreadConstraints &&
      a.hostNetwork === b.hostNetwork &&
      a.overhead === b.overhead &&
      a.resources === b.resources &&
      a.initContainers === b.initContainers)
  );
}

function signatureOf(pod: Pod, nodeName: string): string {
  const { metadata, spec } = pod;
  const containers = (list: typeof spec.containers = []): readonly unknown[] =>
    list.map((one) => [one.resources, one.ports, one.restartPolicy]);
  return JSON.stringify([
    metadata.namespace ?? "default",
    metadata.labels,
    nodeName,
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    spec.hostNetwork,
    spec.overhead,
    spec.resources,
    containers(spec.containers),
    containers(spec.initContainers),
  ]);
}

/**
 * The shape of a pod. `nodeName` is the node it insists on; a pod already placed insists on none.
 *
 * @throws {LabelSelectorError | QuantityError} where the pod could not have been stored.
 */
export function podShape(pod: Pod, nodeName: string, signature: string): PodShape {
  const namespace = pod.metadata.namespace ?? "default";
  return {
    signature,
    namespace,
    labels: pod.metadata.labels ?? {},
    nodeName,
    tolerations: pod.spec.tolerations ?? [],
    requiredNodes: requiredNodeAffinity(pod.spec),
    preferredNodes: preferredNodeAffinity(pod.spec),
    ports: hostPorts(pod.spec),
    requests: podRequests(pod.spec),
    scoringRequests: podRequestsForScoring(pod.spec),
    affinities: podAffinities(pod, namespace),
    example: pod,
  };
}
