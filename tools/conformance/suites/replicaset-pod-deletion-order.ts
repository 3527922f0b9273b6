import type { Pod } from "@k8s-netsim/k8s-model/api";
import { deletionOrder } from "@k8s-netsim/k8s-model/control-plane";
import { timeOfTimestamp } from "@k8s-netsim/k8s-model/store";
import { differences } from "../compare.ts";
import { judge, notComparable, type Suite } from "../suite.ts";
import { timestamp } from "./replica-set-vectors.ts";

interface VectorPod {
  readonly name: string;
  readonly uid: string;
  readonly ageSec: number | null;
  readonly deletionCost: string;
  readonly node: string | null;
  readonly phase: "Pending" | "Running" | "Unknown";
  readonly rank: number;
  readonly ready: boolean;
  readonly readyForSec: number | null;
  readonly restarts: number;
}

interface Input {
  readonly pods: readonly VectorPod[];
}

interface Output {
  readonly order: readonly string[];
  readonly inputOrderIndependent: boolean;
}

/** Any day will do: ages count from it. */
const NOW_SECONDS = 30_000_000;

export const replicasetPodDeletionOrder: Suite<Input, Output> = {
  name: "replicaset_pod_deletion_order",
  about:
    "which pods a ReplicaSet deletes first (not comparable where the order of the input decides)",
  fields: ["input.pods", "output.order"],
  run({ pods }, output) {
    if (!output.inputOrderIndependent) {
      return notComparable("the comparison is not transitive for these pods");
    }
    const nowNs = timeOfTimestamp(timestamp(NOW_SECONDS)) ?? 0;
    const ordered = deletionOrder(
      pods.map((pod) => ({ pod: podOf(pod), rank: pod.rank })),
      nowNs,
    );
    return judge(
      differences(
        output.order,
        ordered.map(({ pod }) => pod.metadata.name),
        "order",
      ),
    );
  },
};

function podOf(given: VectorPod): Pod {
  const created =
    given.ageSec === null ? {} : { creationTimestamp: timestamp(NOW_SECONDS - given.ageSec) };
  const since =
    given.readyForSec === null || given.readyForSec === 0
      ? {}
      : { lastTransitionTime: timestamp(NOW_SECONDS - given.readyForSec) };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: given.name,
      uid: given.uid,
      ...created,
      annotations:
        given.deletionCost === ""
          ? {}
          : { "controller.kubernetes.io/pod-deletion-cost": given.deletionCost },
    },
    spec: { containers: [], ...(given.node === null ? {} : { nodeName: given.node }) },
    status: {
      phase: given.phase,
      conditions: [{ type: "Ready", status: given.ready ? "True" : "False", ...since }],
      containerStatuses: [{ restartCount: given.restarts }],
    },
  };
}
