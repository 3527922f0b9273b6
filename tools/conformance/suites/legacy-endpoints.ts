import type { EndpointSubset, Endpoints, Pod, Service } from "@k8s-netsim/k8s-model/api";
import {
  AddressIndex,
  addressOfPod,
  DEFAULT_MAX_ENDPOINTS_PER_OBJECT,
  type EndpointsOutput,
  inSubsetOrder,
  OVER_CAPACITY_ANNOTATION,
  reconcileEndpoints,
} from "@k8s-netsim/k8s-model/control-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";

/** `[id, flags]`: the flags are those of the slice vectors. */
type VectorPod = readonly [id: number, flags: number];

interface VectorEndpoints {
  readonly overCapacity: boolean;
  readonly subsets: readonly {
    readonly ports: readonly string[] | null;
    readonly ready: readonly number[] | null;
    readonly notReady: readonly number[] | null;
  }[];
}

interface Input {
  readonly pods: readonly VectorPod[] | null;
  readonly nports: number;
  readonly namedTargetPort: boolean;
  readonly publishNotReadyAddresses: boolean;
  readonly current: VectorEndpoints | null;
}

interface Output {
  readonly action: "none" | "create" | "update";
  readonly endpoints?: VectorEndpoints;
  readonly sameContentAsBefore?: boolean;
}

const NAMESPACE = "default";
const SERVICE = "web";

export const legacyEndpoints: Suite<Input, Output> = {
  name: "legacy_endpoints",
  about:
    "one sync of the Endpoints controller: action, subsets with the order of their ports and " +
    "addresses (above 1,000 addresses only their counts; the order among subsets follows a hash of " +
    "uids and node names that the vectors leave out), over-capacity mark, whether the content changed",
  fields: ["input.pods", "input.current", "output.action"],
  run(input, output) {
    const ours = sync(input);
    const found = [...differences(output.action, ours.action, "action")];
    if (output.endpoints !== undefined && ours.action !== "none") {
      const written = vectorForm(ours.endpoints);
      const isLarge = (input.pods ?? []).length > DEFAULT_MAX_ENDPOINTS_PER_OBJECT;
      const shape = isLarge ? counts : byPorts;
      found.push(...differences(shape(output.endpoints), shape(written), "endpoints"));
      const before = input.current === null ? null : byPorts(input.current);
      const isSame = differences(before, byPorts(written)).length === 0;
      if (!isLarge) {
        found.push(...differences(output.sameContentAsBefore, isSame, "sameContentAsBefore"));
      }
    }
    return judge(found);
  },
};

function sync(input: Input): EndpointsOutput {
  const service = serviceOf(input);
  const pods = (input.pods ?? []).map(podOf);
  const byId = new Map(pods.map((pod, index) => [input.pods?.[index]?.[0], pod]));
  const index = new AddressIndex();
  for (const pod of pods) index.set(pod.metadata.name, addressOfPod(service, pod));
  return reconcileEndpoints({
    service,
    subsets: index.subsets(),
    current: currentOf(input.current, byId),
    maxEndpointsPerObject: DEFAULT_MAX_ENDPOINTS_PER_OBJECT,
    triggerTime: undefined,
  });
}

function serviceOf(input: Input): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: SERVICE, namespace: NAMESPACE },
    spec: {
      selector: { app: SERVICE },
      clusterIP: "10.96.0.10",
      ipFamilies: ["IPv4"],
      publishNotReadyAddresses: input.publishNotReadyAddresses,
      ports: Array.from({ length: input.nports }, (_, k) => ({
        name: `p${k}`,
        port: 80 + k,
        protocol: "TCP" as const,
        targetPort: k === 0 && input.namedTargetPort ? "http" : 8080 + k,
      })),
    },
  };
}

const addressOf = (id: number): string => `10.${1 + (id >> 16)}.${(id >> 8) & 255}.${id & 255}`;

function podOf([id, flags]: VectorPod): Pod {
  const ended = (flags & 2) === 0 ? {} : { deletionTimestamp: "2026-01-01T00:00:00Z" };
  const port = (flags & 128) === 0 ? 8080 : 9090;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `web-${id}`, namespace: NAMESPACE, uid: `uid-${id}`, ...ended },
    spec: {
      nodeName: "n0",
      containers: [{ name: "main", ports: [{ name: "http", containerPort: port }] }],
    },
    status: {
      phase: (flags & 8) === 0 ? "Running" : "Failed",
      conditions: [{ type: "Ready", status: (flags & 1) === 0 ? "False" : "True" }],
      podIPs: (flags & 4) === 0 ? [{ ip: addressOf(id) }] : [],
    },
  };
}

/** The stored object before the sync, its addresses as the controller wrote them. */
function currentOf(
  current: VectorEndpoints | null,
  pods: ReadonlyMap<number | undefined, Pod>,
): Endpoints | undefined {
  if (current === null) return undefined;
  const address = (id: number): NonNullable<EndpointSubset["addresses"]>[number] => {
    const pod = pods.get(id) ?? podOf([id, 1]);
    return {
      ip: addressOf(id),
      nodeName: pod.spec.nodeName ?? "",
      targetRef: {
        kind: "Pod",
        namespace: NAMESPACE,
        name: pod.metadata.name,
        uid: pod.metadata.uid ?? "",
      },
    };
  };
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      name: SERVICE,
      namespace: NAMESPACE,
      annotations: current.overCapacity ? { [OVER_CAPACITY_ANNOTATION]: "truncated" } : {},
    },
    subsets: inSubsetOrder(
      current.subsets.map(({ ready, notReady, ports }) => ({
        addresses: (ready ?? []).map(address),
        notReadyAddresses: (notReady ?? []).map(address),
        ports: (ports ?? []).map(portOf),
      })),
    ),
  };
}

function portOf(text: string): { name: string; port: number; protocol: "TCP" } {
  const [name = "", number = ""] = text.split(":");
  return { name, port: Number(number), protocol: "TCP" };
}

function vectorForm({ metadata, subsets }: Endpoints): VectorEndpoints {
  const id = ({ targetRef }: { targetRef?: { name?: string } }): number =>
    Number((targetRef?.name ?? "").slice("web-".length));
  return {
    overCapacity: metadata.annotations?.[OVER_CAPACITY_ANNOTATION] === "truncated",
    subsets: (subsets ?? []).map(({ addresses, notReadyAddresses, ports }) => ({
      ready: (addresses ?? []).map(id),
      notReady: (notReadyAddresses ?? []).map(id),
      ports: (ports ?? []).map(({ name, port }) => `${name}:${port}`),
    })),
  };
}

/** Subsets by their ports, which no two of them share. */
function byPorts({ overCapacity, subsets }: VectorEndpoints): unknown {
  const named = subsets.map(({ ports, ready, notReady }) => [
    (ports ?? []).join(),
    { ready: ready ?? [], notReady: notReady ?? [] },
  ]);
  return { overCapacity, subsets: Object.fromEntries(named) };
}

/** What stays comparable where a truncated list depends on the order of the pods. */
function counts({ overCapacity, subsets }: VectorEndpoints): unknown {
  const total = (list: "ready" | "notReady"): number =>
    subsets.reduce((sum, subset) => sum + (subset[list]?.length ?? 0), 0);
  const ports = subsets.map((subset) => (subset.ports ?? []).join()).sort();
  return { overCapacity, ports, ready: total("ready"), notReady: total("notReady") };
}
