import { child, type Fields, field, items, number, text } from "../schema/fields.ts";
import { storedForm } from "../schema/stored-form.ts";
import type { Causes } from "./cause.ts";
import { isEqual } from "./equal.ts";
import { metadataOf, validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsLabel, dnsSubdomain } from "./names.ts";
import { validateTemplate } from "./pod.ts";
import { isEmptySelector, labelsOf, selects, validateSelector } from "./selector.ts";

type Change = { readonly object: Fields; readonly old: Fields | undefined };

function specOf(object: Fields): Fields {
  return child(object, "spec") ?? {};
}

function validateWorkloadMetadata(
  { object, old }: Change,
  rule: typeof dnsLabel,
  causes: Causes,
): void {
  if (old === undefined) validateMetadata(metadataOf(object), rule, true, causes);
  else validateMetadataUpdate(metadataOf(object), metadataOf(old), causes);
}

/** Selector and template, which belong together. */
function validateSelectorAndTemplate(
  spec: Fields,
  extraVolumes: readonly string[],
  causes: Causes,
): void {
  const selector = child(spec, "selector");
  if (selector === undefined) {
    causes.required("spec.selector");
  } else {
    validateSelector(selector, "spec.selector", causes);
    if (isEmptySelector(selector))
      causes.invalid("spec.selector", "an empty selector is not allowed");
  }
  const template = child(spec, "template") ?? {};
  const matches = selects(selector, labelsOf(template));
  if (matches === "unusable") {
    causes.invalid("spec.selector", "is no valid label selector");
    return;
  }
  if (!matches) noMatch(causes);
  validateTemplate(template, "spec.template", extraVolumes, causes);
}

function noMatch(causes: Causes): void {
  causes.invalid(
    "spec.template.metadata.labels",
    "the selector does not match the labels of the template",
  );
}

function validateImmutableSelector({ object, old }: Change, causes: Causes): void {
  if (old === undefined) return;
  if (!isEqual(child(specOf(object), "selector"), child(specOf(old), "selector"))) {
    causes.invalid("spec.selector", "cannot be changed");
  }
}

/** Checks a Deployment, or an update of one. */
export function validateDeployment(change: Change, causes: Causes): void {
  const spec = specOf(change.object);
  validateWorkloadMetadata(change, dnsSubdomain, causes);
  causes.nonNegative("spec.replicas", number(spec, "replicas"));
  validateSelectorAndTemplate(spec, [], causes);
  validateDeploymentStrategy(child(spec, "strategy") ?? {}, causes);
  const minReady = number(spec, "minReadySeconds") ?? 0;
  causes.nonNegative("spec.minReadySeconds", minReady);
  causes.nonNegative("spec.revisionHistoryLimit", number(spec, "revisionHistoryLimit"));
  const deadline = number(spec, "progressDeadlineSeconds");
  causes.nonNegative("spec.progressDeadlineSeconds", deadline);
  if (deadline !== undefined && deadline <= minReady) {
    causes.invalid("spec.progressDeadlineSeconds", "must be greater than minReadySeconds");
  }
  validateImmutableSelector(change, causes);
}

function validateDeploymentStrategy(strategy: Fields, causes: Causes): void {
  const path = "spec.strategy";
  const type = text(strategy, "type");
  const rolling = child(strategy, "rollingUpdate");
  if (type === "Recreate") {
    if (rolling !== undefined)
      causes.forbidden(`${path}.rollingUpdate`, "may not be given for Recreate");
  } else if (type === "RollingUpdate") {
    const at = `${path}.rollingUpdate`;
    const unavailable = field(rolling, "maxUnavailable");
    validateCount(unavailable, `${at}.maxUnavailable`, causes);
    validateCount(field(rolling, "maxSurge"), `${at}.maxSurge`, causes);
    if (countOf(unavailable) === 0 && countOf(field(rolling, "maxSurge")) === 0) {
      causes.invalid(`${at}.maxUnavailable`, "may not be 0 when maxSurge is 0");
    }
    validateAtMostAll(unavailable, `${at}.maxUnavailable`, causes);
  } else {
    causes.notSupported(path, type, ["Recreate", "RollingUpdate"]);
  }
}

const PERCENT = /^[0-9]+%$/;

/** A number of pods, as an integer or a percentage. */
function validateCount(value: unknown, path: string, causes: Causes): void {
  if (typeof value === "string") {
    if (!PERCENT.test(value))
      causes.invalid(path, "must be an integer or a percentage such as 10%");
  } else if (typeof value === "number") {
    causes.nonNegative(path, value);
  }
}

function countOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return 0;
  return /^[+-]?[0-9]+%?$/.test(value) ? Number.parseInt(value, 10) : 0;
}

function validateAtMostAll(value: unknown, path: string, causes: Causes): void {
  if (typeof value === "string" && PERCENT.test(value) && countOf(value) > 100) {
    causes.invalid(path, "must not be greater than 100%");
  }
}

/** Checks a ReplicaSet, or an update of one. */
export function validateReplicaSet(change: Change, causes: Causes): void {
  const spec = specOf(change.object);
  validateWorkloadMetadata(change, dnsSubdomain, causes);
  causes.nonNegative("spec.replicas", number(spec, "replicas"));
  causes.nonNegative("spec.minReadySeconds", number(spec, "minReadySeconds"));
  validateSelectorAndTemplate(spec, [], causes);
  validateImmutableSelector(change, causes);
}

/** Checks a DaemonSet, or an update of one. */
export function validateDaemonSet(change: Change, causes: Causes): void {
  const spec = specOf(change.object);
  validateWorkloadMetadata(change, dnsSubdomain, causes);
  const selector = child(spec, "selector");
  const template = child(spec, "template") ?? {};
  validateSelector(selector, "spec.selector", causes);
  if (selects(selector, labelsOf(template)) === false) noMatch(causes);
  if (selector !== undefined && isEmptySelector(selector)) {
    causes.invalid("spec.selector", "an empty selector is not allowed");
  }
  validateTemplate(template, "spec.template", [], causes);
  causes.nonNegative("spec.minReadySeconds", number(spec, "minReadySeconds"));
  validateDaemonSetStrategy(child(spec, "updateStrategy") ?? {}, causes);
  causes.nonNegative("spec.revisionHistoryLimit", number(spec, "revisionHistoryLimit"));
  validateImmutableSelector(change, causes);
}

function validateDaemonSetStrategy(strategy: Fields, causes: Causes): void {
  const path = "spec.updateStrategy";
  const type = text(strategy, "type");
  if (type === "OnDelete") return;
  if (type !== "RollingUpdate") {
    causes.notSupported(path, type, ["RollingUpdate", "OnDelete"]);
    return;
  }
  const rolling = child(strategy, "rollingUpdate");
  const [unavailable, surge] = [field(rolling, "maxUnavailable"), field(rolling, "maxSurge")];
  const at = `${path}.rollingUpdate`;
  validateCount(unavailable, `${at}.maxUnavailable`, causes);
  validateCount(surge, `${at}.maxSurge`, causes);
  validateAtMostAll(unavailable, `${at}.maxUnavailable`, causes);
  validateAtMostAll(surge, `${at}.maxSurge`, causes);
  const [hasUnavailable, hasSurge] = [countOf(unavailable) !== 0, countOf(surge) !== 0];
  if (hasUnavailable && hasSurge) {
    causes.invalid(`${at}.maxSurge`, "may not be set when maxUnavailable is not 0");
  } else if (!hasUnavailable && !hasSurge) {
    causes.required(`${at}.maxUnavailable`, "cannot be 0 when maxSurge is 0");
  }
}

/** Checks a StatefulSet, or an update of one. */
export function validateStatefulSet(change: Change, causes: Causes): void {
  const spec = specOf(change.object);
  validateWorkloadMetadata(change, dnsLabel, causes);
  const management = text(spec, "podManagementPolicy");
  if (management === "") causes.required("spec.podManagementPolicy");
  else if (management !== "OrderedReady" && management !== "Parallel") {
    causes.invalid("spec.podManagementPolicy", "must be OrderedReady or Parallel");
  }
  validateStatefulSetStrategy(child(spec, "updateStrategy") ?? {}, causes);
  const retention = child(spec, "persistentVolumeClaimRetentionPolicy");
  for (const name of ["whenDeleted", "whenScaled"]) {
    const policy = text(retention, name);
    if (policy !== "Retain" && policy !== "Delete") {
      causes.notSupported(`spec.persistentVolumeClaimRetentionPolicy.${name}`, policy, [
        "Retain",
        "Delete",
      ]);
    }
  }
  causes.nonNegative("spec.replicas", number(spec, "replicas"));
  causes.nonNegative("spec.minReadySeconds", number(spec, "minReadySeconds"));
  causes.nonNegative("spec.ordinals.start", number(child(spec, "ordinals"), "start"));
  const serviceName = text(spec, "serviceName");
  if (serviceName !== "") causes.invalidAll("spec.serviceName", dnsLabel(serviceName));
  const claims = items(spec, "volumeClaimTemplates").map((claim) =>
    text(metadataOf(claim), "name"),
  );
  validateSelectorAndTemplate(spec, claims, causes);
  validateStatefulSetUpdate(change, causes);
}

function validateStatefulSetStrategy(strategy: Fields, causes: Causes): void {
  const path = "spec.updateStrategy";
  const type = text(strategy, "type");
  const rolling = child(strategy, "rollingUpdate");
  if (type === "OnDelete") {
    if (rolling !== undefined)
      causes.invalid(`${path}.rollingUpdate`, "only allowed for RollingUpdate");
  } else if (type === "RollingUpdate") {
    causes.nonNegative(`${path}.rollingUpdate.partition`, number(rolling, "partition"));
  } else {
    causes.invalid(path, "must be RollingUpdate or OnDelete");
  }
}

const STATEFUL_SET_CHANGEABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

function validateStatefulSetUpdate({ object, old }: Change, causes: Causes): void {
  if (old === undefined) return;
  const fixed = (one: Fields) => {
    const spec = { ...child(storedForm(one, "StatefulSet"), "spec") };
    for (const name of STATEFUL_SET_CHANGEABLE) delete spec[name];
    return spec;
  };
  if (!isEqual(fixed(object), fixed(old))) {
    causes.forbidden("spec", `only ${STATEFUL_SET_CHANGEABLE.join(", ")} can be changed`);
  }
}
