import type { SimTime } from "@k8s-netsim/sim-core";
import { type Deployment, objectKey, type StatefulSet, type Workload } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { timestampAt } from "../../store/index.ts";
import { ChangeError } from "../definition/change-error.ts";
import type { WorkloadChange } from "../definition/workload-change.ts";

const KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;
const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

/**
 * Changes a workload at its time after `originNs`.
 *
 * @throws ChangeError at once where the cluster has no such workload, or one that cannot change so
 */
export function scheduleWorkloadChange(
  cluster: Cluster,
  change: WorkloadChange,
  originNs: number,
): void {
  const workloads = workloadsOf(cluster, change);
  cluster.sim.at((originNs + change.at) as SimTime, () => {
    for (const { kind, key } of workloads) make(cluster, change, kind, key);
  });
}

interface Target {
  readonly kind: (typeof KINDS)[number];
  readonly key: string;
}

function workloadsOf(cluster: Cluster, change: WorkloadChange): readonly Target[] {
  const { kind: what, workload } = change;
  const [name = "", namespace = "default"] = workload.split("/").reverse();
  const all = KINDS.flatMap((kind) =>
    cluster.store.list<Workload>(kind).map((object) => ({ kind, object, key: objectKey(object) })),
  );
  const named = all.filter(({ key }) => key === `${namespace}/${name}`);
  // The parts of one that is split by zone carry its name as their `app`.
  const parts = all.filter(
    ({ object }) =>
      object.metadata.namespace === namespace &&
      object.spec.template.metadata?.labels?.app === name &&
      object.spec.template.metadata.labels.part === object.metadata.name,
  );
  const found = named.length > 0 ? named : parts;
  if (found.length === 0) {
    const known = all.map(({ key }) => key).sort();
    throw new ChangeError(
      "unknown-change-target",
      `There is no workload "${workload}" to change.`,
      known.length === 0 ? "the cluster has none." : `use one of ${known.slice(0, 10).join(", ")}.`,
    );
  }
  if (what === "scale" && (found.length > 1 || found[0]?.kind === "DaemonSet")) {
    throw new ChangeError(
      "bad-change",
      found.length > 1
        ? `"${workload}" is split by zone, so one number of replicas says too little.`
        : `A DaemonSet such as "${workload}" has as many pods as there are nodes for it.`,
      `scale one of ${all.flatMap(({ kind, key }) => (kind === "DaemonSet" ? [] : [key])).join(", ")}.`,
    );
  }
  return found;
}

function make(cluster: Cluster, change: WorkloadChange, kind: Target["kind"], key: string): void {
  const object = cluster.store.get<Workload>(kind, key);
  if (object === undefined) return;
  switch (change.kind) {
    case "rolling-update":
      cluster.apply(restarted(object, cluster.sim.now));
      return;
    case "scale": {
      const { spec } = object as Deployment | StatefulSet;
      cluster.apply({ ...object, spec: { ...spec, replicas: change.replicas } } as Workload);
      return;
    }
    case "delete-pods": {
      const pods = [...cluster.pods]
        .filter(
          ({ workload, gone, terminating }) =>
            workload === `${kind}/${key}` && !gone && !terminating,
        )
        .map((pod) => pod.key)
        .sort();
      for (const pod of pods.slice(0, change.count)) cluster.delete("Pod", pod);
    }
  }
}

/** Another pod template: the annotation that `kubectl rollout restart` writes. */
function restarted(object: Workload, nowNs: number): Workload {
  const { template } = object.spec;
  const annotations = {
    ...template.metadata?.annotations,
    // Two restarts within a second are two.
    [RESTARTED_AT]: `${timestampAt(nowNs)}/${nowNs}`,
  };
  const metadata = { ...template.metadata, annotations };
  return {
    ...object,
    spec: { ...object.spec, template: { ...template, metadata } },
  } as Workload;
}
