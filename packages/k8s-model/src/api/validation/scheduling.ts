import {
  child,
  type Fields,
  field,
  items,
  number,
  text,
  textMap,
  texts,
} from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "./names.ts";
import { validateSelector } from "./selector.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
export const TAINT_EFFECTS: readonly string[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/**
 * Checks the affinities of a pod. `podLabels` are those of a pod being created: its match label keys
 * are already merged into the selectors; undefined in a template, where they are not.
 */
export function validateAffinity(
  spec: Fields,
  path: string,
  podLabels: Fields | undefined,
  causes: Causes,
): void {
  const affinity = child(spec, "affinity");
  const node = child(affinity, "nodeAffinity");
  if (node !== undefined) validateNodeAffinity(node, `${path}.nodeAffinity`, causes);
  for (const name of ["podAffinity", "podAntiAffinity"]) {
    const pods = child(affinity, name);
    if (pods === undefined) continue;
    for (const [index, term] of items(pods, REQUIRED).entries()) {
      validatePodTerm(term, `${path}.${name}.${REQUIRED}[${index}]`, podLabels, causes);
    }
    for (const [index, weighted] of items(pods, PREFERRED).entries()) {
      const at = `${path}.${name}.${PREFERRED}[${index}]`;
      validateWeight(weighted, at, causes);
      const term = child(weighted, "podAffinityTerm") ?? {};
      validatePodTerm(term, `${at}.podAffinityTerm`, podLabels, causes);
    }
  }
}

function validateWeight(weighted: Fields, path: string, causes: Causes): void {
  const weight = number(weighted, "weight") ?? 0;
  if (weight < 1 || weight > 100) causes.invalid(`${path}.weight`, "must be in the range 1-100");
}

function validateNodeAffinity(affinity: Fields, path: string, causes: Causes): void {
  const required = child(affinity, REQUIRED);
  if (required !== undefined) {
    const terms = items(required, "nodeSelectorTerms");
    const at = `${path}.${REQUIRED}.nodeSelectorTerms`;
    if (terms.length === 0) causes.required(at, "must have at least one term");
    for (const [index, term] of terms.entries()) {
      validateNodeTerm(term, true, `${at}[${index}]`, causes);
    }
  }
  for (const [index, preferred] of items(affinity, PREFERRED).entries()) {
    const at = `${path}.${PREFERRED}[${index}]`;
    validateWeight(preferred, at, causes);
    validateNodeTerm(child(preferred, "preference") ?? {}, false, `${at}.preference`, causes);
  }
}

function validateNodeTerm(term: Fields, strict: boolean, path: string, causes: Causes): void {
  for (const [index, requirement] of items(term, "matchExpressions").entries()) {
    validateNodeRequirement(requirement, strict, `${path}.matchExpressions[${index}]`, causes);
  }
  for (const [index, requirement] of items(term, "matchFields").entries()) {
    validateFieldRequirement(requirement, `${path}.matchFields[${index}]`, causes);
  }
}

function validateNodeRequirement(
  requirement: Fields,
  strict: boolean,
  path: string,
  causes: Causes,
): void {
  const values = texts(requirement, "values");
  const operator = text(requirement, "operator");
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0) {
      causes.required(`${path}.values`, `must be given when the operator is ${operator}`);
    }
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0) {
      causes.forbidden(`${path}.values`, `may not be given when the operator is ${operator}`);
    }
  } else if (operator === "Gt" || operator === "Lt") {
    if (values.length !== 1) {
      causes.required(`${path}.values`, `must be a single value when the operator is ${operator}`);
    }
  } else {
    causes.invalid(`${path}.operator`, `"${operator}" is not a selector operator`);
  }
  causes.invalidAll(`${path}.key`, qualifiedName(text(requirement, "key")));
  if (!strict) return;
  for (const [index, value] of values.entries()) {
    causes.invalidAll(`${path}.values[${index}]`, labelValue(value));
  }
}

function validateFieldRequirement(requirement: Fields, path: string, causes: Causes): void {
  const values = texts(requirement, "values");
  const operator = text(requirement, "operator");
  if (operator !== "In" && operator !== "NotIn") {
    causes.invalid(`${path}.operator`, `"${operator}" is not an operator for fields`);
  } else if (values.length !== 1) {
    causes.required(`${path}.values`, "must be a single value");
  }
  if (text(requirement, "key") !== "metadata.name") {
    causes.invalid(`${path}.key`, "the only field to select by is metadata.name");
    return;
  }
  for (const [index, value] of values.entries()) {
    causes.invalidAll(`${path}.values[${index}]`, dnsSubdomain(value));
  }
}

function validatePodTerm(
  term: Fields,
  path: string,
  podLabels: Fields | undefined,
  causes: Causes,
): void {
  validateSelector(child(term, "labelSelector"), `${path}.labelSelector`, causes);
  validateSelector(child(term, "namespaceSelector"), `${path}.namespaceSelector`, causes);
  for (const namespace of texts(term, "namespaces")) {
    causes.invalidAll(`${path}.namespace`, dnsLabel(namespace));
  }
  validateLabelKeys(term, path, podLabels, causes);
  const topologyKey = text(term, "topologyKey");
  if (topologyKey === "") causes.required(`${path}.topologyKey`, "can not be empty");
  causes.invalidAll(`${path}.topologyKey`, qualifiedName(topologyKey));
}

/** `matchLabelKeys` and `mismatchLabelKeys`, of an affinity term or a spread constraint. */
function validateLabelKeys(
  term: Fields,
  path: string,
  podLabels: Fields | undefined,
  causes: Causes,
): void {
  const match = texts(term, "matchLabelKeys");
  const mismatch = texts(term, "mismatchLabelKeys");
  const selector = child(term, "labelSelector");
  for (const name of ["matchLabelKeys", "mismatchLabelKeys"]) {
    const keys = texts(term, name);
    if (keys.length > 0 && selector === undefined) {
      causes.forbidden(`${path}.${name}`, "must not be given without labelSelector");
      continue;
    }
    for (const [index, key] of keys.entries()) {
      causes.invalidAll(`${path}.${name}[${index}]`, qualifiedName(key));
    }
  }
  if (selector !== undefined) validateOverlap(selector, match, path, podLabels, causes);
  for (const [index, key] of match.entries()) {
    if (mismatch.includes(key)) {
      causes.invalid(`${path}.matchLabelKeys[${index}]`, "is one of mismatchLabelKeys too");
    }
  }
}

/** The server finds an overlap only after it merged the pod's own labels into the selector. */
function validateOverlap(
  selector: Fields,
  match: readonly string[],
  path: string,
  podLabels: Fields | undefined,
  causes: Causes,
): void {
  const seen = new Set(textMap(selector, "matchLabels").map(([key]) => key));
  const given = items(selector, "matchExpressions").map((expression) => text(expression, "key"));
  const merged = match.filter((key) => field(podLabels, key) !== undefined);
  for (const key of [...given, ...merged]) {
    const index = match.lastIndexOf(key);
    if (index >= 0 && seen.has(key)) {
      causes.invalid(`${path}[${index}]`, "exists in both matchLabelKeys and labelSelector");
    }
    seen.add(key);
  }
}

const POLICIES = ["Honor", "Ignore"];

/** Checks how a pod's copies are to be spread over the cluster. */
export function validateSpreadConstraints(
  spec: Fields,
  path: string,
  podLabels: Fields | undefined,
  causes: Causes,
): void {
  const constraints = items(spec, "topologySpreadConstraints");
  for (const [index, constraint] of constraints.entries()) {
    const at = `${path}[${index}]`;
    if ((number(constraint, "maxSkew") ?? 0) <= 0)
      causes.invalid(`${at}.maxSkew`, "must be greater than 0");
    if (text(constraint, "topologyKey") === "")
      causes.required(`${at}.topologyKey`, "can not be empty");
    const when = text(constraint, "whenUnsatisfiable");
    if (when !== "DoNotSchedule" && when !== "ScheduleAnyway") {
      causes.notSupported(`${at}.whenUnsatisfiable`, when, ["DoNotSchedule", "ScheduleAnyway"]);
    }
    const same = (other: Fields) =>
      text(other, "topologyKey") === text(constraint, "topologyKey") &&
      text(other, "whenUnsatisfiable") === when;
    if (constraints.slice(index + 1).some(same)) {
      causes.duplicate(
        `${at}.{topologyKey, whenUnsatisfiable}`,
        `${text(constraint, "topologyKey")}, ${when}`,
      );
    }
    validateMinDomains(constraint, when, `${at}.minDomains`, causes);
    for (const name of ["nodeAffinityPolicy", "nodeTaintsPolicy"]) {
      const policy = text(constraint, name);
      if (field(constraint, name) !== undefined && !POLICIES.includes(policy)) {
        causes.notSupported(`${at}.${name}`, policy, POLICIES);
      }
    }
    validateLabelKeys(constraint, at, podLabels, causes);
    validateSelector(child(constraint, "labelSelector"), `${at}.labelSelector`, causes);
  }
}

function validateMinDomains(constraint: Fields, when: string, path: string, causes: Causes): void {
  const minDomains = number(constraint, "minDomains");
  if (minDomains === undefined) return;
  if (minDomains <= 0) causes.invalid(path, "must be greater than 0");
  if (when !== "DoNotSchedule") {
    causes.invalid(path, `can only be given with DoNotSchedule, not ${when}`);
  }
}

/** Checks which taints a pod tolerates. Lt and Gt need a feature gate that is off (1.36). */
export function validateTolerations(spec: Fields, path: string, causes: Causes): void {
  for (const [index, toleration] of items(spec, "tolerations").entries()) {
    const at = `${path}[${index}]`;
    const key = text(toleration, "key");
    const operator = text(toleration, "operator");
    const effect = text(toleration, "effect");
    const value = text(toleration, "value");
    if (key !== "") causes.invalidAll(`${at}.key`, qualifiedName(key));
    if (key === "" && operator !== "Exists") {
      causes.invalid(`${at}.operator`, "must be Exists when the key is empty");
    }
    if (number(toleration, "tolerationSeconds") !== undefined && effect !== "NoExecute") {
      causes.invalid(`${at}.effect`, "must be NoExecute when tolerationSeconds is given");
    }
    if (operator === "Exists") {
      if (value !== "")
        causes.invalid(`${at}.operator`, "the value must be empty when the operator is Exists");
    } else if (operator === "Equal" || operator === "") {
      causes.invalidAll(`${at}.operator`, labelValue(value));
    } else {
      causes.notSupported(`${at}.operator`, operator, ["Equal", "Exists"]);
    }
    if (effect !== "" && !TAINT_EFFECTS.includes(effect)) {
      causes.notSupported(`${at}.effect`, effect, TAINT_EFFECTS);
    }
  }
}
