import type { Endpoint, Node, Pod, Service } from "@k8s-netsim/k8s-model/api";
import { timestampAt } from "@k8s-netsim/k8s-model/store";

/** The objects of the measured runs, as far as the controllers look at them. */
export const NAMESPACE = "default";
export const SERVICE_KEY = "default/web";

const ZONES = "abcdefghijklmnopqrstuvwxyz";

export function rigService(trafficDistribution: string | undefined): Service {
  const wanted = (trafficDistribution ?? "") === "" ? {} : { trafficDistribution };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: NAMESPACE },
    spec: {
      selector: { app: "web" },
      clusterIP: "10.0.0.10",
      clusterIPs: ["10.0.0.10"],
      ipFamilies: ["IPv4"],
      ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080 }],
      ...wanted,
    },
  } as Service;
}

const zoneName = (index: number, zones: number): string =>
  `zone-${ZONES[index % zones] ?? index % zones}`;

export function rigNode(index: number, zones: number): Node {
  const zone = zoneName(index, zones);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: nodeName(index),
      labels: { "topology.kubernetes.io/zone": zone, "kubernetes.io/hostname": nodeName(index) },
    },
    status: {
      allocatable: { cpu: "4" },
      conditions: [{ type: "Ready", status: "True" }],
    },
  } as Node;
}

const nodeName = (index: number): string => `node-${String(index).padStart(5, "0")}`;

/** A pod's name is as long as a Deployment's pods' names are. */
const podName = (id: number): string => `web-6d4cf56db6-${String(id).padStart(5, "0")}`;

export const podKey = (id: number): string => `${NAMESPACE}/${podName(id)}`;

const POD_LABELS = { app: "web", "pod-template-hash": "6d4cf56db6" };

/** A new pod, bound to its node and not started. */
export function rigPod(id: number, nodes: number): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName(id), namespace: NAMESPACE, labels: POD_LABELS },
    spec: {
      nodeName: nodeName(id % nodes),
      containers: [{ name: "web", ports: [{ name: "http", containerPort: 8080 }] }],
    },
    status: { phase: "Pending" },
  } as Pod;
}

const podAddress = (id: number): string => `10.${128 + (id >> 16)}.${(id >> 8) & 255}.${id & 255}`;

/** The endpoint of a pod as a slice lists it: what its size comes from. */
export function rigEndpoint(id: number, nodes: number, zones: number, hinted: boolean): Endpoint {
  const zone = zoneName(id % nodes, zones);
  return {
    addresses: [podAddress(id)],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: nodeName(id % nodes),
    targetRef: {
      kind: "Pod",
      namespace: NAMESPACE,
      name: podName(id),
      uid: "00000000-0000-4000-8000-000000000000",
    },
    zone,
    ...(hinted ? { hints: { forZones: [{ name: zone }] } } : {}),
  };
}

/** What the client that plays kubelets reports: address and readiness in one status. */
export function rigStatus(pod: Pod, id: number, ready: boolean, nowNs: number): Pod["status"] {
  const ip = podAddress(id);
  const value = ready ? "True" : "False";
  const before = pod.status?.conditions?.find(({ type }) => type === "Ready");
  const since = before?.status === value ? before.lastTransitionTime : timestampAt(nowNs);
  return {
    phase: "Running",
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [{ type: "Ready", status: value, lastTransitionTime: since ?? null }],
  };
}
