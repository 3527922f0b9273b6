import { child, ensureChild, type Fields, items, setDefault, text } from "../schema/fields.ts";
import { defaultPodSpec } from "./pod.ts";

const HISTORY = 10;
const PROGRESS_DEADLINE_SECONDS = 600;

function defaultTemplate(spec: Fields): void {
  defaultPodSpec(ensureChild(ensureChild(spec, "template"), "spec"));
}

/** Defaults of a Deployment. Changes `deployment`. */
export function defaultDeployment(deployment: Fields): void {
  const spec = ensureChild(deployment, "spec");
  defaultTemplate(spec);
  setDefault(spec, "replicas", 1, true);
  const strategy = ensureChild(spec, "strategy");
  setDefault(strategy, "type", "RollingUpdate");
  if (text(strategy, "type") === "RollingUpdate") {
    const rolling = ensureChild(strategy, "rollingUpdate");
    setDefault(rolling, "maxUnavailable", "25%", true);
    setDefault(rolling, "maxSurge", "25%", true);
  }
  setDefault(spec, "revisionHistoryLimit", HISTORY, true);
  setDefault(spec, "progressDeadlineSeconds", PROGRESS_DEADLINE_SECONDS, true);
}

/** Defaults of a ReplicaSet. Changes `replicaSet`. */
export function defaultReplicaSet(replicaSet: Fields): void {
  const spec = ensureChild(replicaSet, "spec");
  defaultTemplate(spec);
  setDefault(spec, "replicas", 1, true);
}

/** Defaults of a DaemonSet. Changes `daemonSet`. */
export function defaultDaemonSet(daemonSet: Fields): void {
  const spec = ensureChild(daemonSet, "spec");
  defaultTemplate(spec);
  const strategy = ensureChild(spec, "updateStrategy");
  setDefault(strategy, "type", "RollingUpdate");
  if (text(strategy, "type") === "RollingUpdate") {
    const rolling = ensureChild(strategy, "rollingUpdate");
    setDefault(rolling, "maxUnavailable", 1, true);
    setDefault(rolling, "maxSurge", 0, true);
  }
  setDefault(spec, "revisionHistoryLimit", HISTORY, true);
}

/** Defaults of a StatefulSet. `maxUnavailable` is dropped: its feature gate is off. Changes it. */
export function defaultStatefulSet(statefulSet: Fields): void {
  const spec = ensureChild(statefulSet, "spec");
  defaultTemplate(spec);
  setDefault(spec, "podManagementPolicy", "OrderedReady");
  const strategy = ensureChild(spec, "updateStrategy");
  if (text(strategy, "type") === "") {
    strategy.type = "RollingUpdate";
    ensureChild(strategy, "rollingUpdate");
  }
  const rolling = child(strategy, "rollingUpdate");
  if (text(strategy, "type") === "RollingUpdate" && rolling !== undefined) {
    setDefault(rolling, "partition", 0, true);
  }
  const retention = ensureChild(spec, "persistentVolumeClaimRetentionPolicy");
  setDefault(retention, "whenDeleted", "Retain");
  setDefault(retention, "whenScaled", "Retain");
  setDefault(spec, "replicas", 1, true);
  setDefault(spec, "revisionHistoryLimit", HISTORY, true);
  for (const claim of items(spec, "volumeClaimTemplates")) defaultClaim(claim);
}

function defaultClaim(claim: Fields): void {
  setDefault(claim, "kind", "PersistentVolumeClaim");
  setDefault(claim, "apiVersion", "v1");
  setDefault(ensureChild(claim, "spec"), "volumeMode", "Filesystem", true);
  setDefault(ensureChild(claim, "status"), "phase", "Pending");
}
