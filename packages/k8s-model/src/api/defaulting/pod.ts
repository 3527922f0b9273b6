import {
  child,
  ensureChild,
  type Fields,
  field,
  flag,
  items,
  setDefault,
  text,
} from "../schema/fields.ts";
import {
  defaultContainer,
  requestsFromLimits,
  roundResourceList,
  roundResources,
} from "./container.ts";
import { defaultPodLevelResources } from "./pod-level-resources.ts";
import { defaultVolume } from "./volume.ts";

const GRACE_SECONDS = 30;

/** Defaults of a pod's specification, in pods and in templates alike. Changes `spec`. */
export function defaultPodSpec(spec: Fields): void {
  setDefault(spec, "dnsPolicy", "ClusterFirst");
  setDefault(spec, "restartPolicy", "Always");
  setDefault(spec, "securityContext", {}, true);
  setDefault(spec, "terminationGracePeriodSeconds", GRACE_SECONDS, true);
  setDefault(spec, "schedulerName", "default-scheduler");
  const account = text(spec, "serviceAccountName") || text(spec, "serviceAccount");
  if (account !== "") {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  for (const volume of items(spec, "volumes")) defaultVolume(volume);
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const container of items(spec, list)) defaultContainer(container);
  }
  roundResourceList(child(spec, "overhead"));
  const resources = child(spec, "resources");
  if (resources !== undefined) roundResources(resources);
}

/** Defaults of a pod, and what admission adds to every pod. Changes `pod`. */
export function defaultPod(pod: Fields): void {
  const spec = ensureChild(pod, "spec");
  defaultPodSpec(spec);
  const containers = [...items(spec, "containers"), ...items(spec, "initContainers")];
  for (const container of containers) requestsFromLimits(container);
  defaultPodLevelResources(spec);
  setDefault(spec, "enableServiceLinks", true, true);
  if (flag(spec, "hostNetwork")) {
    for (const container of containers) {
      for (const port of items(container, "ports")) {
        setDefault(port, "hostPort", field(port, "containerPort") ?? 0);
      }
    }
  }
  defaultTolerations(spec);
  defaultPriority(spec);
}

const EVICTION_KEYS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
const EVICTION_SECONDS = 300;

/** Pods stay five minutes on a node that is not ready or not reachable, unless they say otherwise. */
function defaultTolerations(spec: Fields): void {
  const given = items(spec, "tolerations");
  const tolerates = (key: string) =>
    given.some(
      (toleration) =>
        ["", key].includes(text(toleration, "key")) &&
        ["", "NoExecute"].includes(text(toleration, "effect")),
    );
  const added = EVICTION_KEYS.filter((key) => !tolerates(key)).map((key) => ({
    key,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: EVICTION_SECONDS,
  }));
  if (added.length > 0) spec.tolerations = [...given, ...added];
}

/** The priority classes that every cluster has, with their values. */
export const BUILT_IN_PRIORITY_CLASSES: ReadonlyMap<string, number> = new Map([
  ["system-cluster-critical", 2_000_000_000],
  ["system-node-critical", 2_000_001_000],
]);

function defaultPriority(spec: Fields): void {
  const className = text(spec, "priorityClassName");
  const known = BUILT_IN_PRIORITY_CLASSES.get(className);
  if (className === "" || known !== undefined) {
    setDefault(spec, "priority", known ?? 0, true);
  }
  setDefault(spec, "preemptionPolicy", "PreemptLowerPriority", true);
}
