import { ipProblem } from "../../address/index.ts";
import {
  familyOf,
  isHeadlessWithoutSelector,
  type ServiceFamilies,
} from "../defaulting/service-families.ts";
import { type Fields, field, text, texts } from "../schema/fields.ts";
import { type Cause, Causes } from "./cause.ts";

const FAMILIES = ["IPv4", "IPv6"];
const POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];

/** Whether the Service asks for no address of its own. */
export function isHeadless(spec: Fields): boolean {
  const addresses = texts(spec, "clusterIPs");
  return addresses.length === 1 && addresses[0] === "None";
}

/** Checks `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy` among each other. */
export function validateAddresses(spec: Fields, causes: Causes): void {
  if (text(spec, "type") === "ExternalName") return;
  const first = text(spec, "clusterIP");
  const addresses = texts(spec, "clusterIPs");
  if (first === "") {
    if (addresses.length > 0)
      causes.invalid("spec.clusterIPs", "must be empty when clusterIP is not given");
  } else if (addresses.length === 0) {
    causes.required("spec.clusterIPs");
  } else if (addresses[0] !== first) {
    causes.invalid("spec.clusterIPs", "the first value must be that of clusterIP");
  }

  const families = texts(spec, "ipFamilies");
  for (const [index, family] of families.entries()) {
    const at = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(family)) causes.notSupported(at, family, FAMILIES);
    if (families.indexOf(family) < index) causes.duplicate(at, family);
  }
  const policy = field(spec, "ipFamilyPolicy");
  if (policy !== undefined && !POLICIES.includes(String(policy))) {
    causes.notSupported("spec.ipFamilyPolicy", String(policy), POLICIES);
  }
  if (!validateEachAddress(addresses, causes)) return;
  if (addresses.length > 1 && new Set(addresses.map(familyOf)).size < 2) {
    causes.invalid("spec.clusterIPs", "may name no more than one address of each IP family");
  }
  if (isHeadless(spec)) return;
  for (const [index, address] of addresses.entries()) {
    const family = families[index];
    if (family !== undefined && FAMILIES.includes(family) && familyOf(address) !== family) {
      causes.invalid(
        `spec.clusterIPs[${index}]`,
        `must be ${family}, as ipFamilies[${index}] says`,
      );
    }
  }
}

/** False where the addresses are too wrong to be looked at together. */
function validateEachAddress(addresses: readonly string[], causes: Causes): boolean {
  let fine = true;
  for (const [index, address] of addresses.entries()) {
    if (index === 0 && address === "None") {
      if (addresses.length === 1) continue;
      causes.invalid("spec.clusterIPs", "None must be the first and only value");
      fine = false;
      continue;
    }
    const problem = ipProblem(address);
    if (problem === undefined) continue;
    causes.invalid(`spec.clusterIPs[${index}]`, problem);
    fine = false;
  }
  if (addresses.length > 2) causes.invalid("spec.clusterIPs", "may hold no more than 2 values");
  return fine;
}

/**
 * Settles policy and families of a Service that is created or updated, as the API server does before
 * it chooses addresses (KEP 563). Changes `spec`; returns what stands in the way.
 */
export function settleFamilies(
  spec: Fields,
  old: Fields | undefined,
  cluster: ServiceFamilies,
): readonly Cause[] {
  if (text(spec, "type") === "ExternalName" || keepsPreferredStack(spec, old)) return [];
  if (field(spec, "ipFamilyPolicy") === undefined) {
    spec.ipFamilyPolicy =
      field(old, "ipFamilyPolicy") ??
      (isHeadlessWithoutSelector(spec) ? "RequireDualStack" : "SingleStack");
  }
  const related = new Causes();
  validateAddresses(spec, related);
  if (related.list.length > 0) return related.list;

  const policy = text(spec, "ipFamilyPolicy");
  const causes = new Causes();
  if (old !== undefined) settleReduction(spec, old, policy, causes);
  if (policy === "SingleStack") {
    const single = (what: string) =>
      causes.invalid(
        "spec.ipFamilyPolicy",
        `must be RequireDualStack or PreferDualStack for two ${what}`,
      );
    if (texts(spec, "clusterIPs").length === 2) single("addresses");
    if (texts(spec, "ipFamilies").length === 2) single("families");
  }
  inferFamilies(spec, cluster, causes);
  if (causes.list.length > 0) return causes.list;
  if (isHeadlessWithoutSelector(spec)) {
    completeFamilies(spec, policy, cluster[0], true);
    return [];
  }
  if (policy === "RequireDualStack" && cluster.length < 2) {
    causes.invalid("spec.ipFamilyPolicy", "this cluster has Service addresses of one family only");
  }
  for (const [index, family] of texts(spec, "ipFamilies").entries()) {
    if (!(cluster as readonly string[]).includes(family)) {
      causes.invalid(
        `spec.ipFamilies[${index}]`,
        "this cluster has no Service addresses of this family",
      );
    }
  }
  if (causes.list.length === 0) completeFamilies(spec, policy, cluster[0], cluster.length === 2);
  return causes.list;
}

/** A PreferDualStack Service whose fields stay as they are is not touched, whatever the cluster. */
function keepsPreferredStack(spec: Fields, old: Fields | undefined): boolean {
  if (old === undefined || field(spec, "ipFamilyPolicy") === undefined) return false;
  return (
    text(spec, "type") === text(old, "type") &&
    text(spec, "ipFamilyPolicy") === "PreferDualStack" &&
    text(old, "ipFamilyPolicy") === "PreferDualStack" &&
    sameAddresses(spec, old) &&
    sameTexts(spec, old, "ipFamilies")
  );
}

export function sameTexts(a: Fields, b: Fields, name: string): boolean {
  return texts(a, name).join("\n") === texts(b, name).join("\n");
}

export function sameAddresses(a: Fields, b: Fields): boolean {
  return text(a, "clusterIP") === text(b, "clusterIP") && sameTexts(a, b, "clusterIPs");
}

/** The second address or family goes only when the policy says so. */
function settleReduction(spec: Fields, old: Fields, policy: string, causes: Causes): void {
  for (const name of ["clusterIPs", "ipFamilies"]) {
    const now = texts(spec, name);
    const before = texts(old, name);
    if (policy === "SingleStack") {
      const same = name === "clusterIPs" ? sameAddresses(spec, old) : sameTexts(spec, old, name);
      if (same && now.length > 1) spec[name] = now.slice(0, 1);
    } else if (before.length > 0 && now.length > 0 && now.length < before.length) {
      causes.invalid("spec.ipFamilyPolicy", `must be SingleStack to release the second of ${name}`);
    }
  }
}

function inferFamilies(spec: Fields, cluster: ServiceFamilies, causes: Causes): void {
  const families = [...texts(spec, "ipFamilies")];
  for (const [index, address] of texts(spec, "clusterIPs").entries()) {
    if (address === "None") break;
    if (index < families.length) continue;
    const family = familyOf(address);
    if (cluster.includes(family)) families.push(family);
    else
      causes.invalid(
        `spec.clusterIPs[${index}]`,
        `this cluster has no ${family} Service addresses`,
      );
  }
  if (families.length > 0) spec.ipFamilies = families;
}

function completeFamilies(
  spec: Fields,
  policy: string,
  primary: "IPv4" | "IPv6",
  both: boolean,
): void {
  const families = [...texts(spec, "ipFamilies")];
  if (families.length === 0) families.push(primary);
  if (policy !== "SingleStack" && families.length === 1 && both) {
    families.push(families[0] === "IPv4" ? "IPv6" : "IPv4");
  }
  spec.ipFamilies = families;
}
