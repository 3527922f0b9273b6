import type { EndpointAddress, EndpointsPort, IPFamily, Pod, Service } from "../../api/index.ts";
import {
  endpointPortsOf,
  familyOf,
  isPodReady,
  isPodTerminal,
  isPodTerminating,
  podAddresses,
} from "../endpoint-slice/endpoint-of-pod.ts";

/** What a pod contributes to its Service's Endpoints. */
export interface PodAddress {
  readonly address: EndpointAddress;
  readonly ready: boolean;
  readonly ports: readonly EndpointsPort[];
}

/**
 * The address under which a pod is listed, or `undefined` where it is not: it has ended, is going
 * (unless not-ready addresses are published), has no address of the Service's first family, or
 * declares none of the Service's ports.
 */
export function addressOfPod(service: Service, pod: Pod): PodAddress | undefined {
  const { publishNotReadyAddresses = false, ports: servicePorts = [] } = service.spec;
  if (isPodTerminal(pod)) return undefined;
  if (isPodTerminating(pod) && !publishNotReadyAddresses) return undefined;
  const ip = podAddresses(pod).find((one) => familyOf(one) === firstFamily(service, pod));
  if (ip === undefined) return undefined;
  const ports = endpointPortsOf(service, pod);
  // Only a headless Service may have no ports at all.
  if (ports.length === 0 && (servicePorts.length > 0 || service.spec.clusterIP !== "None")) {
    return undefined;
  }
  return {
    address: addressObject(service, pod, ip),
    ready: publishNotReadyAddresses || isPodReady(pod),
    ports: ports as readonly EndpointsPort[],
  };
}

/** Endpoints know one family: the first of the Service's. */
function firstFamily({ spec }: Service, pod: Pod): IPFamily {
  const [family] = spec.ipFamilies ?? [];
  if (family !== undefined) return family;
  const { clusterIP = "" } = spec;
  const sample = clusterIP === "" || clusterIP === "None" ? podAddresses(pod)[0] : clusterIP;
  return familyOf(sample ?? "");
}

function addressObject(service: Service, pod: Pod, ip: string): EndpointAddress {
  const { namespace, name, uid } = pod.metadata;
  const { nodeName = "", hostname = "", subdomain } = pod.spec;
  const named = hostname !== "" && subdomain === service.metadata.name;
  return {
    ip,
    ...(named ? { hostname } : {}),
    nodeName,
    targetRef: {
      kind: "Pod",
      ...(namespace === undefined ? {} : { namespace }),
      name,
      ...(uid === undefined ? {} : { uid }),
    },
  };
}
