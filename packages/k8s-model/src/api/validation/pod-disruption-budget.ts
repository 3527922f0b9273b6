import { child, type Fields, field, text } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { metadataOf, validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { validateSelector } from "./selector.ts";

const PERCENT = /^[0-9]+%$/;
const POLICIES = ["AlwaysAllow", "IfHealthyBudget"];

/** Checks a PodDisruptionBudget, or an update of one. */
export function validatePodDisruptionBudget(
  budget: Fields,
  old: Fields | undefined,
  causes: Causes,
): void {
  if (old === undefined) validateMetadata(metadataOf(budget), dnsSubdomain, true, causes);
  else validateMetadataUpdate(metadataOf(budget), metadataOf(old), causes);
  const spec = child(budget, "spec") ?? {};
  const [least, most] = [field(spec, "minAvailable"), field(spec, "maxUnavailable")];
  if (least !== undefined && most !== undefined) {
    causes.invalid("spec", "cannot have both minAvailable and maxUnavailable");
  }
  validateShare(least, "spec.minAvailable", causes);
  validateShare(most, "spec.maxUnavailable", causes);
  validateSelector(child(spec, "selector"), "spec.selector", causes);
  const policy = text(spec, "unhealthyPodEvictionPolicy");
  if (field(spec, "unhealthyPodEvictionPolicy") !== undefined && !POLICIES.includes(policy)) {
    causes.notSupported("spec.unhealthyPodEvictionPolicy", policy, POLICIES);
  }
}

function validateShare(value: unknown, path: string, causes: Causes): void {
  if (typeof value === "number") causes.nonNegative(path, value);
  if (typeof value !== "string") return;
  if (!PERCENT.test(value)) {
    causes.invalid(path, "must be an integer or a percentage such as 10%");
  } else if (Number.parseInt(value, 10) > 100) {
    causes.invalid(path, "must not be greater than 100%");
  }
}
