import { ipProblem, parseIP, specialRange } from "../../address/index.ts";
import { child, type Fields, field, items, text, texts } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { PROTOCOLS } from "./container.ts";
import { metadataOf, validateMetadata } from "./metadata.ts";
import { dnsLabel, dnsSubdomain, fullyQualifiedName, labelValue, qualifiedName } from "./names.ts";

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
const MAX_ENDPOINTS = 1_000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_HINTS = 8;

/** Checks an EndpointSlice, or an update of one. */
export function validateEndpointSlice(
  slice: Fields,
  old: Fields | undefined,
  causes: Causes,
): void {
  validateMetadata(metadataOf(slice), dnsSubdomain, true, causes);
  const addressType = text(slice, "addressType");
  causes.oneOf("addressType", addressType, ADDRESS_TYPES);
  const endpoints = items(slice, "endpoints");
  if (endpoints.length > MAX_ENDPOINTS)
    causes.tooMany("endpoints", endpoints.length, MAX_ENDPOINTS);
  else {
    for (const [index, endpoint] of endpoints.entries()) {
      validateEndpoint(endpoint, addressType, `endpoints[${index}]`, causes);
    }
  }
  validatePorts(slice, causes);
  if (old !== undefined && text(old, "addressType") !== addressType) {
    causes.invalid("addressType", "cannot be changed");
  }
}

function validateEndpoint(
  endpoint: Fields,
  addressType: string,
  path: string,
  causes: Causes,
): void {
  const addresses = texts(endpoint, "addresses");
  if (addresses.length === 0)
    causes.required(`${path}.addresses`, "must contain at least 1 address");
  else if (addresses.length > MAX_ADDRESSES) {
    causes.tooMany(`${path}.addresses`, addresses.length, MAX_ADDRESSES);
  }
  for (const [index, address] of addresses.entries()) {
    validateAddress(address, addressType, `${path}.addresses`, index, causes);
  }
  if (field(endpoint, "nodeName") !== undefined) {
    causes.invalidAll(`${path}.nodeName`, dnsSubdomain(text(endpoint, "nodeName")));
  }
  if (field(endpoint, "hostname") !== undefined) {
    causes.invalidAll(`${path}.hostname`, dnsLabel(text(endpoint, "hostname")));
  }
  const hints = child(endpoint, "hints");
  if (hints !== undefined) validateHints(hints, `${path}.hints`, causes);
}

function validateAddress(
  text: string,
  addressType: string,
  path: string,
  index: number,
  causes: Causes,
): void {
  const at = `${path}[${index}]`;
  if (addressType === "FQDN") {
    causes.invalidAll(at, fullyQualifiedName(text));
    return;
  }
  if (addressType !== "IPv4" && addressType !== "IPv6") return;
  const problem = ipProblem(text);
  const address = parseIP(text);
  if (problem !== undefined || address === undefined) {
    causes.invalid(at, problem ?? "must be a valid IP address");
    return;
  }
  if (address.family !== addressType) causes.invalid(path, `must be an ${addressType} address`);
  const special = specialRange(address);
  if (special !== undefined) causes.invalid(at, `may not be a ${special} address`);
}

function validateHints(hints: Fields, path: string, causes: Causes): void {
  const rules = [
    ["forZones", labelValue],
    ["forNodes", dnsSubdomain],
  ] as const;
  for (const [name, rule] of rules) {
    const list = items(hints, name);
    if (list.length > MAX_HINTS) {
      causes.tooMany(`${path}.${name}`, list.length, MAX_HINTS);
      continue;
    }
    const seen = new Set<string>();
    for (const [index, hint] of list.entries()) {
      const at = `${path}.${name}[${index}].name`;
      const target = text(hint, "name");
      if (seen.has(target)) causes.duplicate(at, target);
      seen.add(target);
      causes.invalidAll(at, rule(target));
    }
  }
}

/** Port numbers are not looked at, as in the API server: 0 is accepted. */
function validatePorts(slice: Fields, causes: Causes): void {
  const ports = items(slice, "ports");
  if (ports.length > MAX_PORTS) {
    causes.tooMany("ports", ports.length, MAX_PORTS);
    return;
  }
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `ports[${index}]`;
    const name = text(port, "name");
    if (name !== "") causes.invalidAll(`${at}.name`, dnsLabel(name));
    if (names.has(name)) causes.duplicate(`${at}.name`, name);
    names.add(name);
    const protocol = text(port, "protocol");
    if (!PROTOCOLS.includes(protocol)) causes.notSupported(`${at}.protocol`, protocol, PROTOCOLS);
    if (field(port, "appProtocol") !== undefined) {
      causes.invalidAll(`${at}.appProtocol`, qualifiedName(text(port, "appProtocol")));
    }
  }
}
