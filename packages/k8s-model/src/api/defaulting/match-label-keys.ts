import { child, type Fields, field, items, texts } from "../schema/fields.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

/**
 * Merges the pod's own labels into the selectors of its affinity terms and spread constraints, as the
 * API server does when a pod is created (KEPs 3633 and 3243). Changes `spec`.
 */
export function mergeMatchLabelKeys(spec: Fields, labels: Fields | undefined): void {
  const affinity = child(spec, "affinity");
  const terms = [child(affinity, "podAffinity"), child(affinity, "podAntiAffinity")].flatMap(
    (pods) => [
      ...items(pods, REQUIRED),
      ...items(pods, PREFERRED).map((weighted) => child(weighted, "podAffinityTerm") ?? {}),
    ],
  );
  for (const term of [...terms, ...items(spec, "topologySpreadConstraints")])
    mergeTerm(term, labels);
}

function mergeTerm(term: Fields, labels: Fields | undefined): void {
  const selector = child(term, "labelSelector");
  if (selector === undefined) return;
  const added = [
    ...requirements(texts(term, "matchLabelKeys"), "In", labels),
    ...requirements(texts(term, "mismatchLabelKeys"), "NotIn", labels),
  ];
  if (added.length > 0) {
    selector.matchExpressions = [...items(selector, "matchExpressions"), ...added];
  }
}

function requirements(
  keys: readonly string[],
  operator: "In" | "NotIn",
  labels: Fields | undefined,
): readonly Fields[] {
  return keys
    .filter((key) => field(labels, key) !== undefined)
    .map((key) => ({ key, operator, values: [field(labels, key)] }));
}
