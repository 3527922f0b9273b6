import type { KubeObject, Node, Pod } from "../../api/index.ts";
import { ZONE_LABEL } from "../../api/index.ts";
import type { FaultDefinition, FaultKind } from "../definition/fault-definition.ts";
import { namedTarget } from "../world/faults.ts";
import type { RestingCluster, RestingOptions } from "../world/resting-cluster.ts";
import { restingCluster } from "../world/resting-cluster.ts";
import type { Finding } from "./finding.ts";

/** Faults that take nodes out of service for good, as far as the scheduler knows. */
const TAKES_NODES: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "zone-outage",
  "zone-partition",
  "node-failure",
  "node-partition",
  "node-drain",
]);
const RULE =
  "the scheduler's filters over what pods request; pods of a node that is silent are replaced when their " +
  "toleration is over, after 300 s unless told. No node autoscaler is modelled: nothing adds nodes. Nor are " +
  "volumes that hold a pod to a zone";

/**
 * Whether the pods of the nodes that faults take away find room on the others: the cluster without
 * those nodes, come to rest, against the cluster with them.
 */
export function roomLeft(
  objects: readonly KubeObject[],
  faults: readonly FaultDefinition[],
  whole: RestingCluster,
  options: RestingOptions,
): readonly Finding[] {
  const taking = faults.filter(({ kind, from }) => TAKES_NODES.has(kind) && from !== "other-zones");
  const seen = new Map(taking.map((fault) => [`${fault.kind} ${fault.target}`, fault]));
  return [...seen.values()].flatMap((fault) => findingOf(objects, fault, whole, options));
}

function findingOf(
  objects: readonly KubeObject[],
  fault: FaultDefinition,
  whole: RestingCluster,
  options: RestingOptions,
): readonly Finding[] {
  const gone = nodesOf(whole, fault);
  if (gone.size === 0) return [];
  const moved = whole.pods().filter((pod) => gone.has(pod.spec.nodeName ?? "") && !isBound(pod));
  const rest = restingCluster(withoutNodes(objects, gone), options);
  // Pods that found no room before are no news; which of them do not is the scheduler's affair.
  const homeless = rest.unschedulable().slice(whole.unschedulable().length);
  const left = rest.nodes().length;
  const where = fault.kind.startsWith("zone") ? `zone ${fault.target}` : `node ${fault.target}`;
  const whose = gone.size === 1 ? "its node is gone" : `its ${gone.size} nodes are gone`;
  const when = fault.kind.startsWith("zone") ? `when ${whose}` : "when it is gone";
  const pods = moved.length === 1 ? "the pod on it" : `the ${moved.length} pods there`;
  const [first] = homeless;
  const message =
    first === undefined
      ? `${when}, ${pods} can be placed on the ${left} that ${left === 1 ? "is" : "are"} left.`
      : `${when}, the ${left} that ${left === 1 ? "is" : "are"} left have no room for ${homeless.length} of ${pods}: ${first.reason}`;
  return [
    {
      severity: first === undefined ? "info" : "warning",
      subject: where,
      message,
      rule: RULE,
    },
  ];
}

function nodesOf(whole: RestingCluster, { kind, target }: FaultDefinition): ReadonlySet<string> {
  const isZone = kind.startsWith("zone");
  const placeOf = ({ metadata }: Node): string =>
    isZone ? (metadata.labels?.[ZONE_LABEL] ?? "") : metadata.name;
  const place = namedTarget(new Set(whole.nodes().map(placeOf)), target);
  const nodes = whole.nodes().filter((node) => placeOf(node) === place);
  return new Set(nodes.map(({ metadata }) => metadata.name));
}

/** The input as it would be if these nodes had never been: their pods are made anew elsewhere. */
function withoutNodes(
  objects: readonly KubeObject[],
  gone: ReadonlySet<string>,
): readonly KubeObject[] {
  return objects.filter((object) => {
    if (object.kind === "Node") return !gone.has(object.metadata.name);
    return object.kind !== "Pod" || !gone.has((object as Pod).spec.nodeName ?? "");
  });
}

/** Pods that belong to their node, and go with it. */
function isBound(pod: Pod): boolean {
  return (
    pod.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet" || kind === "Node") ===
    true
  );
}

/** What is taken for granted about clusters that lose nodes or change their pods. */
export function changeAssumptions(
  faults: readonly FaultDefinition[],
): readonly { readonly name: string; readonly value: string; readonly source: string }[] {
  if (!faults.some(({ kind }) => TAKES_NODES.has(kind))) return [];
  return [
    {
      name: "node autoscaler",
      value: "none",
      source: "not modelled: pods that find no room stay pending, and no node is added",
    },
    {
      name: "PodDisruptionBudgets",
      value: "asked by drains alone",
      source: "eviction API: rollouts, scaling and evictions by taints ask no budget",
    },
    {
      name: "volumes",
      value: "hold no pod to a node or a zone",
      source: "not modelled: a volume of a lost zone cannot be mounted elsewhere",
    },
  ];
}
