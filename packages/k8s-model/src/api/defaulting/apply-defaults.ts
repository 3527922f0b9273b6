import type { KubeObject } from "../meta.ts";
import { copyOf, type Fields } from "../schema/fields.ts";
import { kindInfo, type SimulatedKind } from "../schema/kinds.ts";
import { defaultEndpointSlice, defaultNamespace, defaultNode } from "./cluster-objects.ts";
import { defaultPod } from "./pod.ts";
import { defaultService } from "./service.ts";
import type { ServiceFamilies } from "./service-families.ts";
import {
  defaultDaemonSet,
  defaultDeployment,
  defaultReplicaSet,
  defaultStatefulSet,
} from "./workload.ts";

export interface DefaultingOptions {
  /** Address families of the cluster's Service ranges, primary first; both by default. */
  readonly serviceFamilies?: ServiceFamilies;
}

/**
 * A copy of the object with the defaults that a Kubernetes 1.36 API server fills in: those of the
 * kind, the address families of Services, and for pods what admission adds to each (priority,
 * tolerations). Fields that we do not know, and objects of kinds that are not simulated, are kept as
 * they are. No address, node port or generated name is chosen. Applying it twice changes nothing.
 */
export function applyDefaults<T extends KubeObject>(object: T, options: DefaultingOptions = {}): T {
  const info = kindInfo(object.kind);
  if (info === undefined) return object;
  const copy: Fields = copyOf<Fields>({ ...object });
  DEFAULTS[info.kind](copy, options.serviceFamilies ?? ["IPv4", "IPv6"]);
  return copy as unknown as T;
}

const DEFAULTS: Readonly<
  Record<SimulatedKind, (object: Fields, families: ServiceFamilies) => void>
> = {
  Namespace: defaultNamespace,
  Node: defaultNode,
  Pod: defaultPod,
  Service: defaultService,
  Deployment: defaultDeployment,
  ReplicaSet: defaultReplicaSet,
  StatefulSet: defaultStatefulSet,
  DaemonSet: defaultDaemonSet,
  EndpointSlice: defaultEndpointSlice,
  PodDisruptionBudget: () => {},
};

export type { ServiceFamilies } from "./service-families.ts";
