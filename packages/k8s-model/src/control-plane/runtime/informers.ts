import type {
  DaemonSet,
  Deployment,
  EndpointSlice,
  HorizontalPodAutoscaler,
  KubeObject,
  Node,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  Service,
  StatefulSet,
} from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import { serviceKeyOfSlice } from "../endpoint-slice/labels.ts";
import { controllerOf, controllerUidOf } from "../ownership/ownership.ts";
import { Informer, type WatchLatency } from "./informer.ts";
import type { Work } from "./work.ts";

/** The shared caches of all controllers. */
export interface Informers {
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly deployments: Informer<Deployment>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly statefulSets: Informer<StatefulSet>;
  readonly daemonSets: Informer<DaemonSet>;
  readonly autoscalers: Informer<HorizontalPodAutoscaler>;
  readonly budgets: Informer<PodDisruptionBudget>;
}

const namespaceOf = ({ metadata }: KubeObject): string[] => [metadata.namespace ?? ""];

/** Opens the watches that controllers share, with the groups that they look things up by. */
export function watchAll(work: Work, store: Store, latency: WatchLatency): Informers {
  const watch = <T extends KubeObject>(kind: T["kind"]): Informer<T> =>
    new Informer<T>(work, store, kind, latency, "controllers");
  const informers: Informers = {
    nodes: watch<Node>("Node"),
    services: watch<Service>("Service"),
    deployments: watch<Deployment>("Deployment"),
    replicaSets: watch<ReplicaSet>("ReplicaSet"),
    statefulSets: watch<StatefulSet>("StatefulSet"),
    daemonSets: watch<DaemonSet>("DaemonSet"),
    autoscalers: watch<HorizontalPodAutoscaler>("HorizontalPodAutoscaler"),
    budgets: watch<PodDisruptionBudget>("PodDisruptionBudget"),
    pods: watch<Pod>("Pod"),
    slices: watch<EndpointSlice>("EndpointSlice"),
  };
  informers.pods.addIndex("namespace", namespaceOf);
  informers.pods.addIndex("controller", controllerUidOf);
  informers.pods.addIndex("node", ({ spec }) => [spec.nodeName ?? ""]);
  informers.pods.addIndex("orphan", (pod) =>
    controllerOf(pod) === undefined ? namespaceOf(pod) : [],
  );
  informers.services.addIndex("namespace", namespaceOf);
  informers.budgets.addIndex("namespace", namespaceOf);
  informers.replicaSets.addIndex("namespace", namespaceOf);
  informers.replicaSets.addIndex("controller", controllerUidOf);
  informers.slices.addIndex("service", (slice) => {
    const key = serviceKeyOfSlice(slice);
    return key === undefined ? [] : [key];
  });
  return informers;
}
