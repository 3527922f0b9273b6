import {
  child,
  copyOf,
  type Fields,
  field,
  items,
  number,
  text,
  textMap,
} from "../schema/fields.ts";
import { storedForm } from "../schema/stored-form.ts";
import type { Causes } from "./cause.ts";
import { isEqual } from "./equal.ts";
import { metadataOf, validateMetadataUpdate } from "./metadata.ts";
import { validatePod } from "./pod.ts";

const MAX_INT32 = 2_147_483_647;

/** Checks an update of a pod: next to nothing of its specification may change. */
export function validatePodUpdate(pod: Fields, old: Fields, causes: Causes): void {
  validateMetadataUpdate(metadataOf(pod), metadataOf(old), causes);
  validatePod(pod, false, causes);
  const spec = copyOf(child(storedForm(pod, "Pod"), "spec") ?? {});
  const before = child(storedForm(old, "Pod"), "spec") ?? {};
  for (const list of ["containers", "initContainers"]) {
    if (items(spec, list).length !== items(before, list).length) {
      causes.forbidden(`spec.${list}`, "pod updates may not add or remove containers");
      return;
    }
  }
  if (!validateDeadline(spec, before, causes)) return;
  validateTolerationsUpdate(spec, before, causes);
  validateGatesUpdate(spec, before, causes);
  if (isEqual(spec, before)) return;
  for (const list of ["containers", "initContainers"]) {
    for (const [index, container] of items(spec, list).entries()) {
      container.image = field(items(before, list)[index], "image");
    }
  }
  takeBack(spec, before, ["activeDeadlineSeconds", "schedulingGates", "tolerations"]);
  const grace = number(before, "terminationGracePeriodSeconds") ?? 0;
  if (grace < 0 && number(spec, "terminationGracePeriodSeconds") === 1) {
    takeBack(spec, before, ["terminationGracePeriodSeconds"]);
  }
  if (items(before, "schedulingGates").length > 0) allowWhileGated(spec, before, causes);
  if (!isEqual(storedForm({ spec }, "Pod"), storedForm({ spec: before }, "Pod"))) {
    causes.forbidden(
      "spec",
      "pod updates may not change fields other than images, activeDeadlineSeconds, tolerations (additions) and terminationGracePeriodSeconds (1 if it was negative)",
    );
  }
}

function takeBack(spec: Fields, before: Fields, names: readonly string[]): void {
  for (const name of names) {
    const value = field(before, name);
    if (value === undefined) delete spec[name];
    else spec[name] = value;
  }
}

/** False where the server stops looking further. */
function validateDeadline(spec: Fields, before: Fields, causes: Causes): boolean {
  const path = "spec.activeDeadlineSeconds";
  const now = number(spec, "activeDeadlineSeconds");
  const then = number(before, "activeDeadlineSeconds");
  if (now === undefined) {
    if (then !== undefined) causes.invalid(path, "must not be removed");
    return true;
  }
  if (now < 0 || now > MAX_INT32) {
    causes.between(path, now, 0, MAX_INT32);
    return false;
  }
  if (then !== undefined && then < now) {
    causes.invalid(path, "must be less than or equal to the previous value");
    return false;
  }
  return true;
}

function validateTolerationsUpdate(spec: Fields, before: Fields, causes: Causes): void {
  const key = (toleration: Fields) =>
    ["key", "operator", "value", "effect"].map((name) => text(toleration, name)).join("\n");
  const now = new Set(items(spec, "tolerations").map(key));
  if (items(before, "tolerations").some((toleration) => !now.has(key(toleration)))) {
    causes.forbidden("spec.tolerations", "tolerations can be added, not changed or removed");
  }
}

function validateGatesUpdate(spec: Fields, before: Fields, causes: Causes): void {
  const known = new Set(items(before, "schedulingGates").map((gate) => text(gate, "name")));
  for (const [index, gate] of items(spec, "schedulingGates").entries()) {
    const name = text(gate, "name");
    if (!known.has(name)) {
      causes.forbidden(
        `spec.schedulingGates[${index}].name`,
        `gates can be removed, not added: "${name}" is new`,
      );
    }
  }
}

/** A gated pod may still be told more narrowly where to go. */
function allowWhileGated(spec: Fields, before: Fields, causes: Causes): void {
  const selector = child(spec, "nodeSelector");
  const lost = textMap(before, "nodeSelector").some(
    ([key, value]) => text(selector, key) !== value,
  );
  if (lost) causes.invalid("spec.nodeSelector", "labels can be added, not changed or removed");
  takeBack(spec, before, ["nodeSelector"]);
  const affinity = child(spec, "affinity");
  const oldAffinity = child(before, "affinity");
  if (isEqual(child(affinity, "nodeAffinity"), child(oldAffinity, "nodeAffinity"))) return;
  validateNodeAffinityUpdate(affinity, oldAffinity, causes);
  const others =
    affinity !== undefined && Object.keys(affinity).some((name) => name !== "nodeAffinity");
  if (affinity === undefined || (oldAffinity === undefined && !others)) {
    takeBack(spec, before, ["affinity"]);
  } else {
    takeBack(affinity, oldAffinity ?? {}, ["nodeAffinity"]);
  }
}

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

function validateNodeAffinityUpdate(
  affinity: Fields | undefined,
  old: Fields | undefined,
  causes: Causes,
): void {
  const terms = (holder: Fields | undefined) =>
    items(child(child(holder, "nodeAffinity"), REQUIRED), "nodeSelectorTerms");
  const path = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  const before = terms(old);
  const now = terms(affinity);
  if (before.length > 0 && before.length !== now.length) {
    causes.invalid(path, "terms cannot be added or removed");
    return;
  }
  for (const [index, term] of before.entries()) {
    const kept = ["matchExpressions", "matchFields"].every((name) =>
      isEqual(items(now[index], name).slice(0, items(term, name).length), items(term, name)),
    );
    if (!kept)
      causes.invalid(`${path}[${index}]`, "requirements can be added, not changed or removed");
  }
}
