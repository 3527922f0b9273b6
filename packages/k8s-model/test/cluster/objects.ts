import {
  applyDefaults,
  type Deployment,
  type KubeObject,
  type Node,
  type Service,
} from "@k8s-netsim/k8s-model/api";

/** A ready node of 8 CPUs in a zone. */
export function node(name: string, zone: string): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "topology.kubernetes.io/zone": zone,
        "topology.kubernetes.io/region": "r",
        "kubernetes.io/hostname": name,
      },
    },
    status: {
      allocatable: { cpu: "8", memory: "32Gi", pods: "110" },
      conditions: [{ type: "Ready", status: "True" }],
      addresses: [{ type: "InternalIP", address: `192.168.0.${name.length}` }],
    },
  };
}

/** `count` nodes a zone: `a-0`, `a-1`, … */
export function nodes(zones: readonly string[], count: number): Node[] {
  return zones.flatMap((zone) =>
    Array.from({ length: count }, (_, index) => node(`${zone}-${index}`, zone)),
  );
}

/** A Deployment of one container that listens on 8080, labelled `app: name`. */
export function deployment(
  name: string,
  replicas: number,
  spec: Partial<Deployment["spec"]> = {},
): Deployment {
  return defaulted({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default", labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: "main",
              image: "example/web:1",
              ports: [{ containerPort: 8080 }],
              resources: { requests: { cpu: "100m", memory: "64Mi" } },
            },
          ],
        },
      },
      ...spec,
    },
  });
}

/** A Service on port 80 for the Deployment of the same name. */
export function service(name: string, spec: Partial<Service["spec"]> = {}): Service {
  return defaulted({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: {
      selector: { app: name },
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
      ...spec,
    },
  });
}

function defaulted<T extends KubeObject>(object: KubeObject): T {
  return applyDefaults(object) as T;
}
