import type { SimTime } from "@k8s-netsim/sim-core";
import {
  explainRouting,
  type RoutingExplanation,
  type TrafficOrigin,
} from "../data-plane/index.ts";
import type { Cluster } from "./cluster.ts";
import type { NodeEntry } from "./node-table.ts";
import type { PodEntry } from "./pod-table.ts";

/** A question about one connection: from a pod or from outside through a node, to a Service port. */
export interface RouteQuestion {
  /** `namespace/name` of the pod that connects; its node decides. */
  readonly fromPod?: string;
  /** Name of the node instead. */
  readonly fromNode?: string;
  /** `namespace/name`. */
  readonly service: string;
  /** Number or name; the only port where it is left out. */
  readonly port?: number | string;
  readonly origin?: TrafficOrigin;
}

/** The view that a decision was made on: cursors, and how old they are. */
export interface ViewVersion {
  /** Positions in the sub-logs of Services and EndpointSlices that the node has in force. */
  readonly services: number;
  readonly slices: number;
  /** Versions that the API server has and this node does not yet act on. */
  readonly servicesBehind: number;
  readonly slicesBehind: number;
  readonly serviceRevision: string | undefined;
  /** Name and resource version of each slice in the view. */
  readonly sliceRevisions: readonly { readonly name: string; readonly revision: string }[];
}

export interface RouteExplanation {
  readonly atNs: SimTime;
  readonly node: NodeEntry;
  readonly pod: PodEntry | undefined;
  readonly view: ViewVersion;
  readonly port: { readonly number: number; readonly protocol: string; readonly name: string };
  readonly choice: RoutingExplanation;
  /** Pod index of each endpoint of `choice.endpoints`, in their order. */
  readonly podIndices: readonly number[];
}

/** Why a question could not be answered. */
export interface RouteRefusal {
  readonly code:
    | "unknown-pod"
    | "unbound-pod"
    | "unknown-node"
    | "unknown-service"
    | "unknown-port"
    | "service-not-in-view"
    | "external-name";
  readonly sentence: string;
  readonly remedy: string;
}

export type RouteAnswer =
  | { readonly explained: RouteExplanation }
  | { readonly refused: RouteRefusal };

/**
 * The decision for a connection opened now, step by step, as the node's own proxy makes it by what
 * it has programmed. For a later time, run the simulation to that time first.
 */
export function explainRoute(cluster: Cluster, question: RouteQuestion): RouteAnswer {
  const refuse = (code: RouteRefusal["code"], sentence: string, remedy: string): RouteAnswer => ({
    refused: { code, sentence, remedy },
  });
  const pod = question.fromPod === undefined ? undefined : cluster.pods.byKey(question.fromPod);
  if (question.fromPod !== undefined && pod === undefined) {
    const remedy = "Name a pod of the cluster; its name may have been generated.";
    return refuse("unknown-pod", `There is no pod "${question.fromPod}".`, remedy);
  }
  if (pod !== undefined && pod.nodeIndex < 0 && question.fromNode === undefined) {
    const remedy = "Ask again later, or name a node.";
    return refuse("unbound-pod", `Pod "${pod.key}" is on no node.`, remedy);
  }
  const node =
    question.fromNode === undefined
      ? cluster.nodes.at(pod?.nodeIndex ?? 0)
      : cluster.nodes.byName(question.fromNode);
  if (node === undefined) {
    const remedy = "Name a node of the cluster.";
    return refuse("unknown-node", `There is no node "${question.fromNode ?? ""}".`, remedy);
  }
  const service = cluster.services.byKey(question.service);
  if (service === undefined) {
    const remedy = "Name it as namespace/name.";
    return refuse("unknown-service", `There is no Service "${question.service}".`, remedy);
  }
  const wanted = question.port ?? service.ports[0]?.number ?? -1;
  const port = service.ports[cluster.portIndex(service.index, wanted)];
  if (port === undefined) {
    const known = service.ports.map(({ number, name }) =>
      name === "" ? `${number}` : `${name} (${number})`,
    );
    const remedy = `Its ports are: ${known.join(", ")}.`;
    return refuse("unknown-port", `Service "${service.key}" has no port "${wanted}".`, remedy);
  }
  const positions = cluster.proxies.programmed(node.index, cluster.sim.now);
  const view = cluster.views.view(service.key, positions);
  const portView = view?.port(port.number, port.protocol);
  if (view?.service.spec.type === "ExternalName") {
    const sentence = `Service "${service.key}" is of type ExternalName: DNS answers with a name.`;
    return refuse("external-name", sentence, "Follow that name; no node routes it.");
  }
  if (view === undefined || portView === undefined) {
    const sentence = `Node "${node.name}" has not programmed Service "${service.key}" yet.`;
    return refuse("service-not-in-view", sentence, "Ask about a later time.");
  }
  const choice = explainRouting(portView, node.name, node.zone, question.origin ?? "internal");
  const { store } = cluster;
  return {
    explained: {
      atNs: cluster.sim.now,
      node,
      pod,
      port,
      view: {
        ...positions,
        servicesBehind: store.log("Service").end - positions.services,
        slicesBehind: store.log("EndpointSlice").end - positions.slices,
        serviceRevision: view.service.metadata.resourceVersion,
        sliceRevisions: view.slices.map(({ metadata }) => ({
          name: metadata.name,
          revision: metadata.resourceVersion ?? "",
        })),
      },
      choice,
      podIndices: choice.endpoints.map(({ endpoint }) =>
        cluster.podIndexOf(endpoint, view.service.metadata.namespace ?? ""),
      ),
    },
  };
}
