import fc from "fast-check";
import type { Node, Pod, PodSpec, Taint } from "../../../src/api/index.ts";

export interface NodeFacts {
  readonly name: string;
  readonly zone?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
}

export function node(facts: NodeFacts): Node {
  const { name, zone, labels, taints = [], unschedulable = false } = facts;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        ...(zone === undefined ? {} : { "topology.kubernetes.io/zone": zone }),
        ...labels,
      },
    },
    spec: { taints, unschedulable },
    status: {
      allocatable: {
        cpu: facts.cpu ?? "4",
        memory: facts.memory ?? "16Gi",
        pods: facts.pods ?? "110",
      },
    },
  };
}

export interface PodFacts extends Partial<PodSpec> {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly cpu?: string;
  readonly on?: string;
  readonly terminating?: boolean;
}

export function pod(facts: PodFacts): Pod {
  const { name, namespace = "default", labels = {}, cpu, on, terminating, ...spec } = facts;
  const resources = cpu === undefined ? {} : { resources: { requests: { cpu } } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels,
      ...(terminating === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: {
      containers: [{ name: "app", ...resources }],
      ...(on === undefined ? {} : { nodeName: on }),
      ...spec,
    },
  };
}

const app = fc.constantFrom("web", "db", "cache");
const topologyKey = fc.constantFrom(
  "kubernetes.io/hostname",
  "topology.kubernetes.io/zone",
  "disk",
);
const selector = app.map((name) => ({ matchLabels: { app: name } }));
const term = fc.record({ labelSelector: selector, topologyKey });
const weighted = fc.record({ weight: fc.integer({ min: 1, max: 100 }), podAffinityTerm: term });
const terms = fc.record(
  {
    requiredDuringSchedulingIgnoredDuringExecution: fc.array(term, { maxLength: 1 }),
    preferredDuringSchedulingIgnoredDuringExecution: fc.array(weighted, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const constraint = fc.record(
  {
    maxSkew: fc.integer({ min: 1, max: 3 }),
    topologyKey,
    whenUnsatisfiable: fc.constantFrom("DoNotSchedule" as const, "ScheduleAnyway" as const),
    labelSelector: selector,
    nodeTaintsPolicy: fc.constantFrom("Honor" as const, "Ignore" as const),
  },
  { requiredKeys: ["maxSkew", "topologyKey", "whenUnsatisfiable", "labelSelector"] },
);

const podOptions = fc.record(
  {
    affinity: fc.record({ podAffinity: terms, podAntiAffinity: terms }, { requiredKeys: [] }),
    topologySpreadConstraints: fc.array(constraint, { maxLength: 2 }),
    tolerations: fc.constant([{ key: "dedicated", operator: "Exists" }]),
    nodeSelector: fc.constant({ disk: "ssd" }),
    cpu: fc.constantFrom("100m", "500m", "1"),
  },
  { requiredKeys: [] },
);

/** Pods that use what the plugins look at, with labels to find each other by. */
export const anyPod: fc.Arbitrary<Omit<PodFacts, "name">> = fc
  .tuple(app, fc.constantFrom("default", "other"), fc.boolean(), podOptions)
  .map(([name, namespace, terminating, options]) => ({
    labels: { app: name },
    namespace,
    terminating,
    ...options,
  }));

const nodeOptions = fc.record(
  {
    zone: fc.constantFrom("a", "b", "c"),
    labels: fc.constantFrom({ disk: "ssd" }, { disk: "hdd" }, {}),
    taints: fc.constantFrom(
      [{ key: "dedicated", effect: "NoSchedule" }],
      [{ key: "slow", effect: "PreferNoSchedule" }],
      [],
    ),
    unschedulable: fc.boolean(),
    pods: fc.constantFrom("2", "110"),
  },
  { requiredKeys: [] },
);

export const anyNodes: fc.Arbitrary<readonly NodeFacts[]> = fc
  .array(nodeOptions, { minLength: 1, maxLength: 6 })
  .map((list) => list.map((options, index) => ({ name: `n${index}`, ...options })));
