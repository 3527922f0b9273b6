import type { EndpointSlice, Service } from "@k8s-netsim/k8s-model/api";

export function serviceObject(name: string): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: { ports: [{ port: 80 }] },
  };
}

/** A slice whose endpoints are ready pods of these uids; with a trigger time where one is given. */
export function sliceObject(
  name: string,
  service: string,
  uids: readonly string[],
  trigger?: string,
): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name,
      namespace: "default",
      labels: { "kubernetes.io/service-name": service },
      ...(trigger === undefined
        ? {}
        : { annotations: { "endpoints.kubernetes.io/last-change-trigger-time": trigger } }),
    },
    addressType: "IPv4",
    endpoints: uids.map((uid, index) => ({
      addresses: [`10.0.0.${index + 1}`],
      conditions: { ready: true },
      targetRef: { kind: "Pod", name: uid, uid },
    })),
    ports: [],
  };
}
