import type {
  Affinity,
  Container,
  Node,
  Pod,
  ResourceList,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from "@k8s-netsim/k8s-model/api";
import { type Rejection, SchedulerState } from "@k8s-netsim/k8s-model/control-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";

interface InputNode {
  readonly name: string;
  readonly labels?: Record<string, string>;
  readonly allocatable: ResourceList;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
}

interface InputPod {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly node?: string;
  readonly nodeName?: string;
  readonly requests?: readonly (ResourceList | null)[];
  readonly initRequests?: readonly (ResourceList | null)[];
  readonly initIsSidecar?: boolean;
  readonly overhead?: ResourceList;
  readonly terminating?: boolean;
  readonly hostPort?: number;
  readonly affinity?: Affinity;
  readonly nodeSelector?: Record<string, string>;
  readonly tolerations?: readonly Toleration[];
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
}

interface Input {
  readonly nodes: readonly InputNode[];
  readonly pods: readonly InputPod[];
  readonly pod: InputPod;
  readonly scoringStrategy: "LeastAllocated" | "MostAllocated";
  readonly serviceSelectsPod: boolean;
}

interface Output {
  readonly preFilter?: unknown;
  readonly preFilterNodes?: readonly string[];
  readonly rejected?: Record<string, { readonly insufficient?: readonly string[] }>;
  readonly feasible?: readonly string[];
  readonly raw?: unknown;
  readonly normalized?: unknown;
  readonly total?: readonly number[];
}

export const schedulerPlacement: Suite<Input, Output> = {
  name: "scheduler_placement",
  about:
    "the scheduler's filters and scores: first objection per node, feasible, raw, normalized, totals",
  run: (input, output) => judge(differences(expectation(output), answer(input))),
};

const NAMESPACE = "d";

function answer(input: Input): object {
  const scheduler = new SchedulerState({ scoringStrategy: { type: input.scoringStrategy } });
  for (const node of input.nodes) scheduler.addNode(nodeOf(node));
  for (const pod of input.pods) scheduler.addPod(podOf(pod));
  const app = input.pod.labels?.app;
  const services =
    input.serviceSelectsPod && app !== undefined
      ? [{ metadata: { namespace: NAMESPACE }, spec: { selector: { app } } }]
      : [];
  const assessment = scheduler.assess(podOf(input.pod), { services });
  const { restrictedTo, rejected, feasible, raw, normalized, total } = assessment;
  if (restrictedTo?.length === 0) return { preFilter: "rejected" };
  return {
    preFilterNodes: restrictedTo,
    rejected: Object.fromEntries(Array.from(rejected, ([name, one]) => [name, told(one)])),
    feasible,
    // Without a feasible node the vectors hold no scores.
    raw: feasible.length === 0 ? undefined : withSkipped(raw),
    normalized: feasible.length === 0 ? undefined : normalized,
    total: feasible.length === 0 ? undefined : total,
  };
}

/** Resources are listed in the order of a Go map; here and there sorted before comparing. */
function expectation(output: Output): object {
  if (output.preFilter !== undefined) return { preFilter: "rejected" };
  const rejected = Object.entries(output.rejected ?? {}).map(([name, one]) => [
    name,
    one.insufficient === undefined ? one : { ...one, insufficient: [...one.insufficient].sort() },
  ]);
  return { ...output, rejected: Object.fromEntries(rejected) };
}

function told({ plugin, code, insufficient }: Rejection): object {
  const named = insufficient?.map((name) => (name === "pods" ? "Too many pods" : name)).sort();
  return { plugin, code, insufficient: named };
}

function withSkipped(scores: Readonly<Record<string, readonly number[] | undefined>>): object {
  const entries = Object.entries(scores).map(([plugin, list]) => [plugin, list ?? "skipped"]);
  return Object.fromEntries(entries);
}

function nodeOf({ name, labels, allocatable, taints, unschedulable }: InputNode): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: labels ?? {} },
    spec: { taints: taints ?? [], unschedulable: unschedulable ?? false },
    status: { allocatable },
  };
}

function podOf(input: InputPod): Pod {
  const containers = (input.requests ?? []).map((requests, index) => container(index, requests));
  const [first] = containers;
  if (input.hostPort !== undefined && first !== undefined) {
    const port = { containerPort: input.hostPort, hostPort: input.hostPort };
    containers[0] = { ...first, ports: [port] };
  }
  const { affinity, nodeSelector, tolerations, topologySpreadConstraints, overhead } = input;
  const nodeName = input.node ?? input.nodeName;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: input.name,
      namespace: input.namespace ?? NAMESPACE,
      labels: input.labels ?? {},
      ...(input.terminating === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: {
      containers,
      initContainers: initContainers(input),
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(affinity === undefined ? {} : { affinity }),
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(tolerations === undefined ? {} : { tolerations }),
      ...(topologySpreadConstraints === undefined ? {} : { topologySpreadConstraints }),
      ...(overhead === undefined ? {} : { overhead }),
    },
  };
}

function container(index: number, requests: ResourceList | null): Container {
  return { name: `c${index}`, ...(requests === null ? {} : { resources: { requests } }) };
}

function initContainers({ initRequests = [], initIsSidecar }: InputPod): readonly Container[] {
  const sidecar = initIsSidecar === true ? { restartPolicy: "Always" } : {};
  return initRequests.map((requests, index) => ({ ...container(index, requests), ...sidecar }));
}
