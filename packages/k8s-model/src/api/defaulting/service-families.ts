import { child, type Fields, text } from "../schema/fields.ts";

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
