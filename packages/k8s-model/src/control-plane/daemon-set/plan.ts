import { type DaemonSet, objectKey, type Pod } from "../../api/index.ts";
import { untilAvailableNs } from "../ownership/pod-availability.ts";
import { podFromTemplate } from "../ownership/pod-from-template.ts";
import { REVISION_LABEL } from "../ownership/revisions.ts";
import { allAtOnce, slowStart } from "../runtime/batches.ts";
import { type Change, edit } from "../runtime/change.ts";
import type { Plan } from "../runtime/controller-runner.ts";
import { updatesOnDelete } from "./counts.ts";
import { daemonPodSpec } from "./eligible-nodes.ts";
import { manage } from "./manage.ts";
import { rollingUpdate } from "./rolling-update.ts";
import { type DaemonSetStatus, daemonSetStatus } from "./status.ts";
import { daemonSync, type ObservedDaemonSet } from "./sync.ts";

/** Pods that one sync creates, and deletes, at most. */
const BURST_REPLICAS = 250;

/** One sync of the DaemonSet controller: one pod on every node that fits, updated a few at a time. */
export function planDaemonSet(observed: ObservedDaemonSet): Plan {
  const { daemonSet, pods, updateRevision, nowNs } = observed;
  const sync = daemonSync(observed);
  const status = statusChange(daemonSet, daemonSetStatus(sync));
  if (daemonSet.metadata.deletionTimestamp !== undefined) return { changes: status };
  const managed = manage(sync);
  const idle = managed.createOnNodes.length === 0 && managed.deletePods.length === 0;
  const wanted = idle && !updatesOnDelete(daemonSet) ? rollingUpdate(sync) : managed;
  const created = wanted.createOnNodes.slice(0, BURST_REPLICAS);
  const deleted = wanted.deletePods.slice(0, BURST_REPLICAS);
  const changes = [
    ...created.map((name) => creation(daemonSet, name, updateRevision)),
    ...deleted.map(deletion),
    ...status,
  ];
  const batches = [...slowStart(created.length), ...allAtOnce(deleted.length)];
  const again = untilAvailableNs(pods, daemonSet.spec.minReadySeconds ?? 0, nowNs);
  return { changes, batches, ...(again === undefined ? {} : { againAfterNs: again }) };
}

function creation(daemonSet: DaemonSet, nodeName: string, revision: string): Change {
  const pod = podFromTemplate(daemonSet, daemonSet.spec.template);
  const labels = { ...pod.metadata.labels, [REVISION_LABEL]: revision };
  return {
    verb: "create",
    object: {
      ...pod,
      metadata: { ...pod.metadata, labels },
      spec: daemonPodSpec(daemonSet, nodeName),
    },
  };
}

const deletion = (pod: Pod): Change => ({ verb: "delete", kind: "Pod", key: objectKey(pod) });

function statusChange(daemonSet: DaemonSet, after: DaemonSetStatus): readonly Change[] {
  const before = (daemonSet.status ?? {}) as Partial<DaemonSetStatus>;
  const fields = Object.keys(after) as (keyof DaemonSetStatus)[];
  if (fields.every((field) => (before[field] ?? 0) === after[field])) return [];
  return [
    edit<DaemonSet>("DaemonSet", objectKey(daemonSet), (draft) => {
      draft.status = { ...(draft.status as object | undefined), ...after };
    }),
  ];
}
