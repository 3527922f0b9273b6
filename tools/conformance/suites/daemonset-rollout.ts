import type { DaemonSet, IntOrString, Node, Pod, Taint } from "@k8s-netsim/k8s-model/api";
import { type DaemonSync, daemonSets } from "@k8s-netsim/k8s-model/control-plane";
import { timeOfTimestamp } from "@k8s-netsim/k8s-model/store";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";
import { timestamp } from "./replica-set-vectors.ts";

interface VectorPod {
  readonly name: string;
  readonly node: string;
  readonly state: "available" | "notready" | "pending" | "failed" | "terminating";
  readonly readySeconds?: number;
  readonly template: "old" | "new";
}

interface VectorNode {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
}

interface Input {
  readonly maxSurge: IntOrString;
  readonly maxUnavailable: IntOrString;
  readonly minReadySeconds: number;
  readonly nodeSelector: Readonly<Record<string, string>> | null;
  readonly nodes: readonly VectorNode[];
  readonly pods: readonly VectorPod[];
}

interface Changes {
  readonly createOnNodes: readonly string[];
  readonly deletePods: readonly string[];
}

interface Outcome {
  readonly manage: Changes;
  readonly rollingUpdate: Changes | null;
}

interface Output {
  readonly outcomes: readonly Outcome[];
  readonly resolved: object;
}

/** Any time will do: pods are ready for so many seconds before it. */
const NOW_SECONDS = 30_000_000;

export const daemonsetRollout: Suite<Input, Output> = {
  name: "daemonset_rollout",
  about:
    "one sync of a DaemonSet: counts, missing and superfluous pods, then the rolling update; ours is one of the outcomes seen",
  fields: ["input.nodes", "input.pods", "output.outcomes"],
  run(input, output) {
    const sync = syncOf(input);
    const managed = named(daemonSets.manage(sync));
    const idle = managed.createOnNodes.length === 0 && managed.deletePods.length === 0;
    const ours: Outcome = {
      manage: managed,
      rollingUpdate: idle ? named(daemonSets.rollingUpdate(sync)) : null,
    };
    const seen = output.outcomes.some((outcome) => differences(outcome, ours).length === 0);
    return judge([
      ...differences(output.resolved, daemonSets.resolveCounts(sync), "resolved"),
      ...(seen ? [] : differences(output.outcomes[0], ours, "outcomes[0]")),
    ]);
  },
};

function named({ createOnNodes, deletePods }: ReturnType<typeof daemonSets.manage>): Changes {
  return {
    createOnNodes: [...createOnNodes].sort(),
    deletePods: deletePods.map(({ metadata }) => metadata.name).sort(),
  };
}

function syncOf(input: Input): DaemonSync {
  return daemonSets.daemonSync({
    daemonSet: daemonSetOf(input),
    nodes: input.nodes.map(nodeOf),
    pods: input.pods.map(podOf),
    updateRevision: "new",
    nowNs: timeOfTimestamp(timestamp(NOW_SECONDS)) ?? 0,
  });
}

function daemonSetOf(input: Input): DaemonSet {
  const { maxSurge, maxUnavailable, minReadySeconds, nodeSelector } = input;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: "agent" } },
      minReadySeconds,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
      template: { spec: { containers: [], ...(nodeSelector === null ? {} : { nodeSelector }) } },
    },
  };
}

function nodeOf({ name, labels = {}, taints, unschedulable }: VectorNode): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: {
      ...(taints === undefined ? {} : { taints }),
      ...(unschedulable === undefined ? {} : { unschedulable }),
    },
  };
}

const PHASES = {
  available: "Running",
  notready: "Running",
  pending: "Pending",
  failed: "Failed",
  terminating: "Running",
} as const;

function podOf({ name, node, state, readySeconds, template }: VectorPod): Pod {
  const ready = state === "available" || state === "terminating";
  const since =
    readySeconds === undefined ? {} : { lastTransitionTime: timestamp(NOW_SECONDS - readySeconds) };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      labels: { "controller-revision-hash": template },
      ...(state === "terminating" ? { deletionTimestamp: timestamp(NOW_SECONDS) } : {}),
    },
    spec: { containers: [], nodeName: node },
    status: {
      phase: PHASES[state],
      conditions: [{ type: "Ready", status: ready ? "True" : "False", ...since }],
    },
  };
}
