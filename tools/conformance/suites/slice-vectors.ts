import type {
  Endpoint,
  EndpointPort,
  EndpointSlice,
  IPFamily,
  Node,
  Pod,
  Service,
} from "@k8s-netsim/k8s-model/api";
import {
  CONTROLLER_NAME,
  cpuRatiosOf,
  HEADLESS_LABEL,
  MANAGED_BY_LABEL,
  NO_HINT_MEMORY,
  type ReconcileInput,
  type ReconcileOutput,
  SERVICE_NAME_LABEL,
} from "@k8s-netsim/k8s-model/control-plane";

/** `[id, node index, flags]`: the flags are explained in the vectors' description. */
export type VectorPod = readonly [id: number, node: number, flags: number];

type VectorEndpoint = readonly [
  id: number,
  bits: number,
  node: string | null,
  zone: string | null,
  forZones?: readonly string[] | null,
  forNodes?: readonly string[] | null,
];

interface VectorSlice {
  readonly name: string;
  readonly addressType: IPFamily;
  readonly ports: string;
  readonly eps: readonly VectorEndpoint[] | null;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface SliceVectorInput {
  readonly existing: readonly VectorSlice[] | null;
  readonly maxEndpointsPerSlice: number;
  readonly nodeZones: readonly string[];
  readonly pods: readonly VectorPod[] | null;
  readonly preferSameGate: boolean;
  readonly service: {
    readonly headless: boolean;
    readonly ipFamilies: readonly IPFamily[];
    readonly labels: Readonly<Record<string, string>> | null;
    readonly namedTargetPort: boolean;
    readonly nports: number;
    readonly publishNotReadyAddresses: boolean;
    readonly topologyModeAnnotation: string | null;
    readonly trafficDistribution: string | null;
  };
}

const NAMESPACE = "default";
const SERVICE = "web";
const OWNER = { apiVersion: "v1", kind: "Service", name: SERVICE, uid: "service-uid" };
const CPU_MILLI = 4000;

export function reconcileInputOf(input: SliceVectorInput): ReconcileInput {
  const nodes = new Map(input.nodeZones.map((zone, index) => [`n${index}`, node(index, zone)]));
  const ratios = cpuRatiosOf(
    input.nodeZones.map((zone) => ({
      zone,
      cpuMilli: CPU_MILLI,
      ready: true,
      controlPlane: false,
    })),
  );
  return {
    service: serviceOf(input.service),
    pods: (input.pods ?? []).map(podOf),
    slices: (input.existing ?? []).map((slice) => sliceOf(slice, input)),
    nodeOf: (name) => nodes.get(name),
    cpuRatios: ratios,
    hintMemory: NO_HINT_MEMORY,
    options: {
      maxEndpointsPerSlice: input.maxEndpointsPerSlice,
      trafficDistribution: true,
      preferSameTrafficDistribution: input.preferSameGate,
    },
  };
}

function node(index: number, zone: string): Node {
  const labels = zone === "" ? {} : { "topology.kubernetes.io/zone": zone };
  return { apiVersion: "v1", kind: "Node", metadata: { name: `n${index}`, labels } };
}

function serviceOf(given: SliceVectorInput["service"]): Service {
  const { labels, topologyModeAnnotation: mode, trafficDistribution } = given;
  const annotations = mode === null ? {} : { "service.kubernetes.io/topology-mode": mode };
  const spec = {
    ports: Array.from({ length: given.nports }, (_, k) => ({
      name: `p${k}`,
      port: 80 + k,
      protocol: "TCP" as const,
      targetPort: k === 0 && given.namedTargetPort ? "http" : 8080 + k,
    })),
    clusterIP: given.headless ? "None" : "10.96.0.10",
    ipFamilies: given.ipFamilies,
    publishNotReadyAddresses: given.publishNotReadyAddresses,
    ...(trafficDistribution === null ? {} : { trafficDistribution }),
  };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: SERVICE,
      namespace: NAMESPACE,
      uid: OWNER.uid,
      annotations,
      ...(labels === null ? {} : { labels }),
    },
    spec: spec as Service["spec"],
  };
}

function podOf([id, nodeIndex, flags]: VectorPod): Pod {
  const addresses = [
    ...((flags & 32) === 0 ? [address(id, "IPv4")] : []),
    ...((flags & 16) === 0 ? [address(id, "IPv6")] : []),
  ];
  const hasAddress = (flags & 4) === 0;
  const podIPs = hasAddress ? addresses.map((ip) => ({ ip })) : [];
  const ended = (flags & 2) === 0 ? {} : { deletionTimestamp: "2026-01-01T00:00:00Z" };
  const named = (flags & 256) === 0 ? {} : { hostname: `web-${id}`, subdomain: SERVICE };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `web-${id}`, namespace: NAMESPACE, uid: `uid-${id}`, ...ended },
    spec: {
      nodeName: (flags & 64) === 0 ? `n${nodeIndex}` : "gone",
      containers: [
        {
          name: "main",
          ports: [{ name: "http", containerPort: (flags & 128) === 0 ? 8080 : 9090 }],
        },
      ],
      ...named,
    },
    status: {
      phase: (flags & 8) === 0 ? "Running" : "Failed",
      conditions: [{ type: "Ready", status: (flags & 1) === 0 ? "False" : "True" }],
      podIPs,
    },
  };
}

function address(id: number, family: IPFamily): string {
  if (family === "IPv6") return `fd00::${id.toString(16)}`;
  return `10.${1 + (id >> 16)}.${(id >> 8) & 255}.${id & 255}`;
}

function sliceOf(slice: VectorSlice, { service, pods }: SliceVectorInput): EndpointSlice {
  const named = new Set(
    (pods ?? []).filter(([, , flags]) => (flags & 256) !== 0).map(([id]) => id),
  );
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: slice.name,
      namespace: NAMESPACE,
      labels: {
        ...slice.labels,
        ...(service.headless ? { [HEADLESS_LABEL]: "" } : {}),
        [SERVICE_NAME_LABEL]: SERVICE,
        [MANAGED_BY_LABEL]: CONTROLLER_NAME,
      },
      ownerReferences: [{ ...OWNER, controller: true }],
    },
    addressType: slice.addressType,
    // The vectors leave the hostname out: a pod that has one had it before, it cannot change.
    endpoints: (slice.eps ?? []).map((endpoint) => ({
      ...endpointOf(endpoint, slice.addressType),
      ...(named.has(endpoint[0]) ? { hostname: `web-${endpoint[0]}` } : {}),
    })),
    ports: portsOf(slice.ports),
  };
}

function endpointOf(
  [id, bits, nodeName, zone, forZones, forNodes]: VectorEndpoint,
  family: IPFamily,
): Endpoint {
  const hints = {
    ...((forZones ?? []).length === 0 ? {} : { forZones: (forZones ?? []).map(nameOf) }),
    ...((forNodes ?? []).length === 0 ? {} : { forNodes: (forNodes ?? []).map(nameOf) }),
  };
  return {
    addresses: [address(id, family)],
    conditions: {
      ready: (bits & 1) !== 0,
      serving: (bits & 2) !== 0,
      terminating: (bits & 4) !== 0,
    },
    targetRef: { kind: "Pod", namespace: NAMESPACE, name: `web-${id}`, uid: `uid-${id}` },
    ...((nodeName ?? "") === "" ? {} : { nodeName: nodeName as string }),
    ...((zone ?? "") === "" ? {} : { zone: zone as string }),
    ...(Object.keys(hints).length === 0 ? {} : { hints }),
  };
}

const nameOf = (name: string): { name: string } => ({ name });

/** `[p0:8080 p1:8081]` as ports. */
function portsOf(text: string): EndpointPort[] {
  const inner = text.slice(1, -1);
  if (inner === "") return [];
  return inner.split(" ").map((port) => {
    const [name = "", number = ""] = port.split(":");
    return { name, port: Number(number), protocol: "TCP" };
  });
}

/** The slices after the sync, those to be created under the next free names. */
export function slicesAfter(
  before: readonly EndpointSlice[],
  output: ReconcileOutput,
): EndpointSlice[] {
  const after = new Map(before.map((slice) => [slice.metadata.name, slice]));
  for (const { metadata } of output.deletes) after.delete(metadata.name);
  for (const slice of output.updates) after.set(slice.metadata.name, slice);
  for (const [index, slice] of output.creates.entries()) after.set(`created-${index}`, slice);
  return [...after.values()];
}

export const podId = ({ targetRef }: Endpoint): number =>
  Number((targetRef?.name ?? "").slice("web-".length));

export function portsText(slice: EndpointSlice): string {
  const ports = (slice.ports ?? []).map(({ name, port }) => `${name}:${port}`);
  return `[${ports.join(" ")}]`;
}

/** An endpoint as the vectors write it: `[family, id, bits, node, zone, forZones?, forNodes?]`. */
export function endpointText(endpoint: Endpoint, slice: EndpointSlice, withHints: boolean): string {
  const { ready, serving, terminating } = endpoint.conditions ?? {};
  const bits = (ready ? 1 : 0) + (serving ? 2 : 0) + (terminating ? 4 : 0);
  const names = (list: readonly { name: string }[] | undefined): string[] =>
    (list ?? []).map(({ name }) => name);
  const family = slice.addressType === "IPv6" ? "6" : "4";
  const facts = [family, podId(endpoint), bits, endpoint.nodeName ?? "", endpoint.zone ?? ""];
  if (!withHints) return JSON.stringify(facts);
  return JSON.stringify([
    ...facts,
    names(endpoint.hints?.forZones),
    names(endpoint.hints?.forNodes),
  ]);
}
