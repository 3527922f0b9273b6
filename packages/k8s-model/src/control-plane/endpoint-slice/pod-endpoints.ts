import type { Endpoint, EndpointPort, IPFamily, Node, Pod, Service } from "../../api/index.ts";
import { endpointOfPod, endpointPortsOf, portMapKey } from "./endpoint-of-pod.ts";

/** What a pod contributes to the slices of one Service and family. */
export interface PodEndpoint {
  /** `undefined` where the pod has no address of the family. */
  readonly endpoint: Endpoint | undefined;
  readonly ports: readonly EndpointPort[];
  readonly portsKey: string;
}

interface Remembered {
  readonly service: Service;
  readonly node: Node | undefined;
  readonly family: IPFamily;
  readonly made: PodEndpoint;
}

const remembered = new WeakMap<Pod, Remembered>();

/**
 * A pod's endpoint, made once as long as the pod, its node and the Service are the same objects: a
 * sync of a large Service meets the same pods again and again.
 */
export function podEndpoint(
  pod: Pod,
  node: Node | undefined,
  service: Service,
  family: IPFamily,
): PodEndpoint {
  const known = remembered.get(pod);
  if (known?.service === service && known.node === node && known.family === family) {
    return known.made;
  }
  const ports = endpointPortsOf(service, pod);
  const made = {
    endpoint: endpointOfPod(pod, node, service, family),
    ports,
    portsKey: portMapKey(ports),
  };
  remembered.set(pod, { service, node, family, made });
  return made;
}
