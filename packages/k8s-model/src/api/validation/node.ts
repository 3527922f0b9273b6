import { cidrProblem } from "../../address/index.ts";
import { child, type Fields, items, text, texts } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { isEqual } from "./equal.ts";
import {
  metadataOf,
  validateFinalizerName,
  validateMetadata,
  validateMetadataUpdate,
} from "./metadata.ts";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "./names.ts";
import { resourceList, validateAmount } from "./resources.ts";
import { TAINT_EFFECTS } from "./scheduling.ts";

/** Checks a Node that is created. */
export function validateNode(node: Fields, causes: Causes): void {
  validateMetadata(metadataOf(node), dnsSubdomain, false, causes);
  const spec = child(node, "spec") ?? {};
  validateTaints(spec, causes);
  validateNodeResources(node, causes);
  const ranges = texts(spec, "podCIDRs");
  for (const [index, range] of ranges.entries()) {
    const problem = cidrProblem(range);
    if (problem !== undefined) causes.invalid(`spec.podCIDRs[${index}]`, problem);
  }
  if (ranges.length < 2) return;
  const families = new Set(ranges.map((range) => range.includes(":")));
  if (families.size < 2 || ranges.length > 2) {
    causes.invalid("spec.podCIDRs", "may name no more than one range of each IP family");
  }
  for (const [index, range] of ranges.entries()) {
    if (ranges.indexOf(range) < index) causes.duplicate(`spec.podCIDRs[${index}]`, range);
  }
}

/** Checks an update of a Node: its ranges and its provider's id are set once. */
export function validateNodeUpdate(node: Fields, old: Fields, causes: Causes): void {
  validateMetadataUpdate(metadataOf(node), metadataOf(old), causes);
  validateNodeResources(node, causes);
  const addresses = items(child(node, "status"), "addresses");
  for (const [index, address] of addresses.entries()) {
    if (addresses.findIndex((one) => isEqual(one, address)) < index) {
      causes.duplicate(`status.addresses[${index}]`, text(address, "address"));
    }
  }
  const spec = child(node, "spec") ?? {};
  const before = child(old, "spec") ?? {};
  const ranges = texts(before, "podCIDRs");
  if (ranges.length > 0 && !isEqual(ranges, texts(spec, "podCIDRs"))) {
    causes.forbidden("spec.podCIDRs", "can be set once, not changed");
  }
  const provider = text(before, "providerID");
  if (provider !== "" && provider !== text(spec, "providerID")) {
    causes.forbidden("spec.providerID", "can be set once, not changed");
  }
  validateTaints(spec, causes);
  if (text(spec, "externalID") !== text(before, "externalID")) {
    causes.forbidden("spec.externalID", "cannot be changed");
  }
}

/** The server reports taints below metadata, although they stand in the specification. */
function validateTaints(spec: Fields, causes: Causes): void {
  const seen = new Set<string>();
  for (const [index, taint] of items(spec, "taints").entries()) {
    const at = `metadata.taints[${index}]`;
    const key = text(taint, "key");
    const effect = text(taint, "effect");
    causes.invalidAll(`${at}.key`, qualifiedName(key));
    causes.invalidAll(`${at}.value`, labelValue(text(taint, "value")));
    causes.oneOf(`${at}.effect`, effect, TAINT_EFFECTS);
    const both = `${key}:${effect}`;
    if (seen.has(both)) causes.duplicate(at, both);
    seen.add(both);
  }
}

function validateNodeResources(node: Fields, causes: Causes): void {
  for (const list of ["capacity", "allocatable"]) {
    for (const [name, amount] of resourceList(child(node, "status"), list)) {
      validateAmount(name, amount, `status.${list}.${name}`, causes);
    }
  }
}

/** Checks a Namespace, or an update of one. */
export function validateNamespace(
  namespace: Fields,
  old: Fields | undefined,
  causes: Causes,
): void {
  if (old !== undefined) {
    validateMetadataUpdate(metadataOf(namespace), metadataOf(old), causes);
    return;
  }
  validateMetadata(metadataOf(namespace), dnsLabel, false, causes);
  for (const finalizer of texts(child(namespace, "spec"), "finalizers")) {
    causes.invalidAll("spec.finalizers", qualifiedName(finalizer));
    validateFinalizerName("spec.finalizers", finalizer, causes);
  }
}
