import { metaTypes } from "./meta-types.ts";
import { nodeTypes } from "./node-types.ts";
import { podStatusTypes } from "./pod-status-types.ts";
import { podTypes } from "./pod-types.ts";
import { policyTypes } from "./policy-types.ts";
import { serviceTypes } from "./service-types.ts";
import { type Field, parseField } from "./type.ts";
import { volumeTypes } from "./volume-types.ts";
import { workloadTypes } from "./workload-types.ts";

/** The kinds that the simulator plays. */
export type SimulatedKind =
  | "Namespace"
  | "Node"
  | "Pod"
  | "Deployment"
  | "ReplicaSet"
  | "StatefulSet"
  | "DaemonSet"
  | "Service"
  | "EndpointSlice"
  | "PodDisruptionBudget";

export interface KindInfo {
  readonly kind: SimulatedKind;
  readonly apiVersion: string;
  readonly namespaced: boolean;
}

const KINDS: ReadonlyMap<string, KindInfo> = new Map(
  (
    [
      ["Namespace", "v1", false],
      ["Node", "v1", false],
      ["Pod", "v1", true],
      ["Service", "v1", true],
      ["Deployment", "apps/v1", true],
      ["ReplicaSet", "apps/v1", true],
      ["StatefulSet", "apps/v1", true],
      ["DaemonSet", "apps/v1", true],
      ["EndpointSlice", "discovery.k8s.io/v1", true],
      ["PodDisruptionBudget", "policy/v1", true],
    ] as const
  ).map(([kind, apiVersion, namespaced]) => [kind, { kind, apiVersion, namespaced }]),
);

/** What is known of a simulated kind, or undefined for a kind that is not simulated. */
export function kindInfo(kind: string): KindInfo | undefined {
  return KINDS.get(kind);
}

/** The fields of a struct by their JSON name, in the order in which the server writes them. */
export type StructFields = ReadonlyMap<string, Field>;

const structs: ReadonlyMap<string, StructFields> = new Map(
  [
    ...Object.entries(metaTypes),
    ...Object.entries(nodeTypes),
    ...Object.entries(podStatusTypes),
    ...Object.entries(podTypes),
    ...Object.entries(policyTypes),
    ...Object.entries(serviceTypes),
    ...Object.entries(volumeTypes),
    ...Object.entries(workloadTypes),
  ].map(([name, fields]) => [
    name,
    new Map(Object.entries(fields).map(([field, text]) => [field, parseField(text)])),
  ]),
);

/** The fields of the struct with this Go name, or undefined. */
export function structFields(name: string): StructFields | undefined {
  return structs.get(name);
}
