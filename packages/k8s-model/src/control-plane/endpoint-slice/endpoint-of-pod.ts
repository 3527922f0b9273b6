import type {
  Endpoint,
  EndpointPort,
  IPFamily,
  Node,
  Pod,
  Service,
  ServicePort,
} from "../../api/index.ts";
import { ZONE_LABEL } from "../../api/index.ts";

export function isPodReady(pod: Pod): boolean {
  for (const condition of pod.status?.conditions ?? []) {
    if (condition.type === "Ready") return condition.status === "True";
  }
  return false;
}

/** Succeeded and Failed pods never serve again. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === "Succeeded" || phase === "Failed";
}

export function isPodTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

export function podAddresses(pod: Pod): readonly string[] {
  const { podIP, podIPs } = pod.status ?? {};
  if (podIPs !== undefined && podIPs.length > 0) {
    return podIPs.flatMap(({ ip }) => (ip ? [ip] : []));
  }
  return podIP === undefined || podIP === "" ? [] : [podIP];
}

export function familyOf(address: string): IPFamily {
  return address.includes(":") ? "IPv6" : "IPv4";
}

/** Whether a pod is listed at all: it has an address and has not ended; terminating ones stay. */
export function belongsInSlices(pod: Pod): boolean {
  return !isPodTerminal(pod) && podAddresses(pod).length > 0;
}

/**
 * The endpoint that the controller derives from a pod, or `undefined` where the pod has no address
 * of the family. `ready` is serving and not terminating, or always true with
 * `publishNotReadyAddresses`.
 */
export function endpointOfPod(
  pod: Pod,
  node: Node | undefined,
  service: Service,
  family: IPFamily,
): Endpoint | undefined {
  const addresses = podAddresses(pod).filter((address) => familyOf(address) === family);
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = isPodTerminating(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata;
  const { nodeName, hostname, subdomain } = pod.spec;
  const zone = node?.metadata.labels?.[ZONE_LABEL];
  const named =
    hostname !== undefined && hostname !== "" && subdomain === service.metadata.name
      ? { hostname }
      : {};
  return {
    addresses,
    conditions: { ready, serving, terminating },
    targetRef: {
      kind: "Pod",
      ...(namespace === undefined ? {} : { namespace }),
      name,
      ...(uid === undefined ? {} : { uid }),
    },
    ...(nodeName === undefined || nodeName === "" ? {} : { nodeName }),
    ...(zone === undefined || zone === "" ? {} : { zone }),
    ...named,
  };
}

/**
 * The ports under which a pod serves a Service. A port whose name the pod does not declare is left
 * out; pods of one Service may differ and then go to different slices.
 */
export function endpointPortsOf(service: Service, pod: Pod): EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const port of service.spec.ports ?? []) {
    const number = targetPortNumber(port, pod);
    if (number === undefined) continue;
    const { name = "", protocol = "TCP", appProtocol } = port;
    const spoken = appProtocol === undefined ? {} : { appProtocol };
    ports.push({ name, port: number, protocol, ...spoken });
  }
  return ports;
}

function targetPortNumber(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target === 0 ? port.port : target;
  const protocol = port.protocol ?? "TCP";
  const sidecars = (pod.spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === "Always",
  );
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const declared of container.ports ?? []) {
      if (declared.name === target && (declared.protocol ?? "TCP") === protocol) {
        return declared.containerPort;
      }
    }
  }
  return undefined;
}

const identities = new WeakMap<Endpoint, string>();

/** What identifies an endpoint across syncs: its addresses, hostname and pod. */
export function endpointIdentity(endpoint: Endpoint): string {
  let identity = identities.get(endpoint);
  if (identity === undefined) {
    identity = identityText(endpoint);
    identities.set(endpoint, identity);
  }
  return identity;
}

function identityText({ addresses, hostname = "", targetRef }: Endpoint): string {
  const sorted = addresses.length > 1 ? [...addresses].sort() : addresses;
  return `${sorted.join(",")}|${hostname}|${targetRef?.namespace ?? ""}/${targetRef?.name ?? ""}`;
}

/** Whether what may change about one and the same endpoint is unchanged; hints do not count. */
export function sameFacts(a: Endpoint, b: Endpoint): boolean {
  if (a === b) return true;
  const left = a.conditions ?? {};
  const right = b.conditions ?? {};
  return (
    (a.nodeName ?? "") === (b.nodeName ?? "") &&
    (a.zone ?? "") === (b.zone ?? "") &&
    left.ready === right.ready &&
    left.serving === right.serving &&
    left.terminating === right.terminating &&
    a.targetRef?.kind === b.targetRef?.kind &&
    a.targetRef?.uid === b.targetRef?.uid
  );
}

/** One text per set of ports, whatever their order: slices are grouped by it. */
export function portMapKey(ports: readonly EndpointPort[] | undefined): string {
  return (ports ?? [])
    .map(
      ({ name = "", port, protocol = "TCP", appProtocol = "" }) =>
        `${name}\u0000${port ?? ""}\u0000${protocol}\u0000${appProtocol}`,
    )
    .sort()
    .join("\u0001");
}
