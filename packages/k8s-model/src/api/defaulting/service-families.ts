import { child, type Fields, field, text, texts } from "../schema/fields.ts";

/** The address families of the cluster's Service ranges, the primary one first. */
export type ServiceFamilies = readonly ["IPv4" | "IPv6", ...("IPv4" | "IPv6")[]];

/** The family of an address as text; good enough where it has been validated before. */
export function familyOf(address: string): "IPv4" | "IPv6" {
  return address.includes(":") ? "IPv6" : "IPv4";
}

/** Whether a Service is headless and selects nothing: such a one follows rules of its own. */
export function isHeadlessWithoutSelector(spec: Fields): boolean {
  const selector = child(spec, "selector");
  const selects = selector !== undefined && Object.keys(selector).length > 0;
  return text(spec, "clusterIP") === "None" && !selects;
}

/**
 * Fills `clusterIPs`, `ipFamilyPolicy` and `ipFamilies` of a new Service as the API server does
 * before it chooses addresses (KEP 563; Kubernetes 1.36). Choosing addresses is left to the caller.
 */
export function defaultServiceFamilies(spec: Fields, cluster: ServiceFamilies): void {
  const clusterIP = text(spec, "clusterIP");
  if (clusterIP !== "" && texts(spec, "clusterIPs").length === 0) spec.clusterIPs = [clusterIP];
  if (text(spec, "type") === "ExternalName") return;

  if (field(spec, "ipFamilyPolicy") === undefined) {
    spec.ipFamilyPolicy = isHeadlessWithoutSelector(spec) ? "RequireDualStack" : "SingleStack";
  }
  const given = texts(spec, "ipFamilies");
  const fromAddresses = texts(spec, "clusterIPs")
    .slice(given.length)
    .filter((address) => address !== "" && address !== "None")
    .map(familyOf);
  const families = [...given, ...fromAddresses];
  if (families.length === 0) families.push(cluster[0]);

  const both = isHeadlessWithoutSelector(spec) || cluster.length === 2;
  if (text(spec, "ipFamilyPolicy") !== "SingleStack" && families.length === 1 && both) {
    families.push(families[0] === "IPv4" ? "IPv6" : "IPv4");
  }
  spec.ipFamilies = families;
}
