import {
  applyDefaults,
  HOSTNAME_LABEL,
  type Node,
  type Pod,
  type Service,
  ZONE_LABEL,
} from "@k8s-netsim/k8s-model/api";

const POD_LABELS = { app: "web" };

/** The one Service of a reproduction. */
export function webService(annotations: Readonly<Record<string, string>> = {}): Service {
  return applyDefaults({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default", annotations },
    spec: {
      clusterIP: "10.96.0.10",
      clusterIPs: ["10.96.0.10"],
      ipFamilies: ["IPv4"],
      selector: POD_LABELS,
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
    },
  } as Service);
}

/** Addresses whose order as text, which is that of Endpoints, is the order of their numbers. */
const addressOf = (index: number): string =>
  `10.${100 + (index >> 14)}.${100 + ((index >> 7) & 127)}.${100 + (index & 127)}`;

/** The number of the pod that has an address. */
export function podIndexOf(address: string): number {
  const [, high = 0, middle = 0, low = 0] = address.split(".").map((part) => Number(part) - 100);
  return (high << 14) | (middle << 7) | low;
}

/** A pod behind the Service, ready from its first version on. */
export function readyPod(index: number, nodeName: string): Pod {
  const name = `web-6d4cf56db6-${String(index).padStart(6, "0")}`;
  const podIP = addressOf(index);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: POD_LABELS },
    spec: { nodeName, containers: [{ name: "web", ports: [{ containerPort: 8080 }] }] },
    status: {
      phase: "Running",
      podIP,
      podIPs: [{ ip: podIP }],
      conditions: [{ type: "Ready", status: "True" }],
    },
  } as Pod;
}

/** A ready node; one without a zone has no zone label. */
export function readyNode(name: string, zone?: string, cpu = "16"): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { [HOSTNAME_LABEL]: name, ...(zone === undefined ? {} : { [ZONE_LABEL]: zone }) },
    },
    status: {
      allocatable: { cpu, memory: "64Gi", pods: "110" },
      conditions: [{ type: "Ready", status: "True" }],
    },
  } as Node;
}

export const podKey = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
