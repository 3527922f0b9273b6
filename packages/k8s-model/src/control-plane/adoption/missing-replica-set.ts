import {
  type Deployment,
  type Pod,
  type ReplicaSet,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import { controllerReference } from "../ownership/ownership.ts";
import { isPodActive } from "../ownership/pod-availability.ts";
import { canonicalJson, POD_TEMPLATE_HASH } from "../ownership/pod-template.ts";

/** Pods of one ReplicaSet that the input lacks. */
export interface ReplicaSetGroup {
  readonly name: string;
  readonly uid: string;
  readonly pods: Pod[];
}

/** The missing ReplicaSet of a group, from the Deployment that selects its pods; none without one. */
export function replicaSetOf(
  store: Store,
  group: ReplicaSetGroup,
  rivals: readonly ReplicaSetGroup[],
): ReplicaSet | undefined {
  const [pod] = group.pods;
  const deployment = pod && deploymentOf(store, pod);
  if (pod === undefined || deployment === undefined) return undefined;
  const newest = isNewest(deployment, group, rivals);
  const hash = pod.metadata.labels?.[POD_TEMPLATE_HASH] ?? group.name.split("-").at(-1) ?? "";
  const label = { [POD_TEMPLATE_HASH]: hash };
  const { selector, template } = deployment.spec;
  const labels = { ...(newest ? template.metadata?.labels : pod.metadata.labels), ...label };
  const { namespace, creationTimestamp } = pod.metadata;
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: group.name,
      uid: group.uid,
      ...(namespace === undefined ? {} : { namespace }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      labels,
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: group.pods.filter(isPodActive).length,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, ...label } },
      template: newest
        ? { ...template, metadata: { ...template.metadata, labels } }
        : { metadata: { labels }, spec: withoutNode(pod) },
    },
  };
}

/** The Deployment of the pod's namespace that selects it. */
export function deploymentOf(store: Store, pod: Pod): Deployment | undefined {
  return store
    .list<Deployment>("Deployment")
    .find((one) => one.metadata.namespace === pod.metadata.namespace && selects(one, pod));
}

const selects = ({ spec }: Deployment, pod: Pod): boolean =>
  selectorMatches(selectorFromObject(spec.selector), pod.metadata.labels);

/**
 * Whether the group's pods come from the Deployment's present template: they are placed by its
 * rules, and no other group fits better. By images, then by age; a group whose placement rules
 * differ is rolled over, as the real controller would.
 */
function isNewest(
  deployment: Deployment,
  group: ReplicaSetGroup,
  rivals: readonly ReplicaSetGroup[],
): boolean {
  const wanted = deployment.spec.template.spec;
  const [pod] = group.pods;
  if (pod === undefined || placementRules(pod.spec) !== placementRules(wanted)) return false;
  const rank = ({ name, pods: [first] }: ReplicaSetGroup): string => {
    const sameImages = first !== undefined && images(first.spec) === images(wanted);
    return `${sameImages ? 1 : 0} ${first?.metadata.creationTimestamp ?? ""} ${name}`;
  };
  return rivals
    .filter(({ pods: [first] }) => first !== undefined && selects(deployment, first))
    .filter(({ pods: [first] }) => first?.metadata.namespace === pod.metadata.namespace)
    .every((rival) => rank(rival) <= rank(group));
}

const images = ({ containers }: Pod["spec"]): string =>
  containers
    .map(({ name, image = "" }) => `${name}=${image}`)
    .sort()
    .join();

const placementRules = ({
  nodeSelector,
  affinity,
  topologySpreadConstraints,
}: Pod["spec"]): string => canonicalJson({ nodeSelector, affinity, topologySpreadConstraints });

function withoutNode({ spec }: Pod): Pod["spec"] {
  const { nodeName: _, ...rest } = spec;
  return rest as Pod["spec"];
}
