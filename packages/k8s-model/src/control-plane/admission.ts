import type { KubeObject, Node, Pod, PodSpec, Toleration } from "../api/index.ts";

export const NOT_READY_TAINT = "node.kubernetes.io/not-ready";
export const UNREACHABLE_TAINT = "node.kubernetes.io/unreachable";

interface AdmittedSpec {
  readonly tolerationSeconds: number;
  readonly spec: PodSpec;
}

/** Specs by the template's: pods of one template share theirs, which saves making and comparing them. */
const admitted = new WeakMap<PodSpec, AdmittedSpec>();

/** What the API server adds to a new pod: how long it tolerates a node that is not there. */
export function admitPod(object: KubeObject, tolerationSeconds: number): KubeObject {
  const pod = object as Pod;
  const known = admitted.get(pod.spec);
  if (known?.tolerationSeconds === tolerationSeconds) {
    return known.spec === pod.spec ? pod : { ...pod, spec: known.spec };
  }
  const spec = withTolerations(pod.spec, tolerationSeconds);
  admitted.set(pod.spec, { tolerationSeconds, spec });
  return spec === pod.spec ? pod : { ...pod, spec };
}

function withTolerations(given: PodSpec, tolerationSeconds: number): PodSpec {
  const tolerations = given.tolerations ?? [];
  const missing = [NOT_READY_TAINT, UNREACHABLE_TAINT].filter(
    (key) => !tolerations.some((toleration) => covers(toleration, key)),
  );
  if (missing.length === 0) return given;
  const added = missing.map((key) => ({
    key,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds,
  }));
  return { ...given, tolerations: [...tolerations, ...added] };
}

function covers({ key, effect }: Toleration, taint: string): boolean {
  const forKey = key === undefined || key === "" || key === taint;
  return forKey && (effect === undefined || effect === "" || effect === "NoExecute");
}

/** A Node that says nothing of its readiness is taken for ready: its kubelet would report so. */
export function admitNode(object: KubeObject): KubeObject {
  const node = object as Node;
  const conditions = node.status?.conditions ?? [];
  if (conditions.some(({ type }) => type === "Ready")) return node;
  const ready = { type: "Ready", status: "True" as const };
  return { ...node, status: { ...node.status, conditions: [...conditions, ready] } };
}
