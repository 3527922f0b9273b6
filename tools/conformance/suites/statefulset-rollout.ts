import type { Pod, StatefulSet } from "@k8s-netsim/k8s-model/api";
import { rollOut } from "@k8s-netsim/k8s-model/control-plane";
import { timeOfTimestamp } from "@k8s-netsim/k8s-model/store";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";
import { timestamp } from "./replica-set-vectors.ts";

interface VectorPod {
  readonly name: string;
  readonly revision: string;
  readonly phase: "Pending" | "Running" | "Failed" | "Succeeded";
  readonly ready: boolean;
  readonly readySeconds?: number;
  readonly terminating?: boolean;
}

interface VectorSet {
  readonly replicas: number;
  readonly podManagementPolicy: "OrderedReady" | "Parallel";
  readonly updateStrategy: object;
  readonly minReadySeconds: number;
  readonly ordinals: { readonly start: number } | null;
  readonly template: string;
  readonly maxUnavailableGate: boolean;
  readonly status: { readonly currentRevision: string; readonly updateRevision: string };
}

interface Input {
  readonly set: VectorSet;
  readonly pods: readonly VectorPod[];
}

interface Output {
  readonly create: readonly (readonly [name: string, revision: string])[];
  readonly delete: readonly string[];
  readonly error: boolean;
  readonly status: object;
}

/** Any time will do: pods are ready for so many seconds before it. */
const NOW_SECONDS = 30_000_000;

export const statefulsetRollout: Suite<Input, Output> = {
  name: "statefulset_rollout",
  about: "one sync of a StatefulSet: pods created and deleted in call order, and the status",
  fields: ["input.set", "input.pods", "output.create"],
  run({ set, pods }, output) {
    const update = revisionOfTemplate(set.template);
    const { currentRevision } = set.status;
    const { actions, status } = rollOut({
      statefulSet: statefulSetOf(set),
      pods: pods.map(podOf),
      revisions: { current: currentRevision === "" ? update : currentRevision, update },
      maxUnavailableGate: set.maxUnavailableGate,
      nowNs: timeOfTimestamp(timestamp(NOW_SECONDS)) ?? 0,
    });
    const ours = {
      create: actions.flatMap((action): Output["create"] =>
        action.verb === "create" ? [[`db-${action.ordinal}`, action.revision]] : [],
      ),
      delete: actions.flatMap((action) =>
        action.verb === "delete" ? [action.pod.metadata.name] : [],
      ),
      error: false,
      status,
    };
    const parallel = set.podManagementPolicy === "Parallel";
    return judge(parallel ? differences(sorted(output), sorted(ours)) : differences(output, ours));
  },
};

/** Calls of Parallel run at the same time; their order in the vectors is that of names. */
function sorted(output: Output): Output {
  return { ...output, create: [...output.create].sort(), delete: [...output.delete].sort() };
}

/** Templates are numbered in order of first appearance, as revisions are. */
const revisionOfTemplate = (template: string): string => template.replace(/^v/, "r");

function statefulSetOf(set: VectorSet): StatefulSet {
  const labels = { app: "db" };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "default" },
    spec: {
      replicas: set.replicas,
      podManagementPolicy: set.podManagementPolicy,
      updateStrategy: set.updateStrategy,
      minReadySeconds: set.minReadySeconds,
      ...(set.ordinals === null ? {} : { ordinals: set.ordinals }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: set.template }] } },
    },
  };
}

function podOf(given: VectorPod): Pod {
  const since =
    given.readySeconds === undefined
      ? {}
      : { lastTransitionTime: timestamp(NOW_SECONDS - given.readySeconds) };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: given.name,
      namespace: "default",
      labels: { "controller-revision-hash": given.revision },
      ...(given.terminating === true ? { deletionTimestamp: timestamp(NOW_SECONDS) } : {}),
    },
    spec: { containers: [] },
    status: {
      phase: given.phase,
      conditions: [{ type: "Ready", status: given.ready ? "True" : "False", ...since }],
    },
  };
}
