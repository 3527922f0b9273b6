import { isExternallyAccessible, wantsHealthCheckPort } from "../defaulting/service.ts";
import { type Fields, field, items, number, text, texts } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { isEqual } from "./equal.ts";
import { isHeadless, sameAddresses, sameTexts } from "./service-addresses.ts";

function hasNodePorts(spec: Fields): boolean {
  const type = text(spec, "type");
  return type === "NodePort" || type === "LoadBalancer";
}

function needsAddress(spec: Fields): boolean {
  return text(spec, "type") !== "ExternalName";
}

/**
 * Takes over what the server chose for the old version, so that sending the same manifest again
 * changes nothing. Node ports are found again by the port's name. Changes `spec`.
 */
export function adoptAllocated(spec: Fields, old: Fields): void {
  if (needsAddress(old) && needsAddress(spec)) {
    if (text(spec, "clusterIP") === "") spec.clusterIP = field(old, "clusterIP");
    const same = text(spec, "clusterIP") === text(old, "clusterIP");
    if (texts(spec, "clusterIPs").length === 0 && same) spec.clusterIPs = field(old, "clusterIPs");
  }
  if (hasNodePorts(old) && hasNodePorts(spec)) adoptNodePorts(spec, old);
  if (wantsHealthCheckPort(old) && wantsHealthCheckPort(spec)) {
    if ((number(spec, "healthCheckNodePort") ?? 0) === 0) {
      spec.healthCheckNodePort = field(old, "healthCheckNodePort");
    }
  }
  alignAddresses(spec, old);
}

function adoptNodePorts(spec: Fields, old: Fields): void {
  const nodePorts = (holder: Fields) =>
    items(holder, "ports").map((port) => number(port, "nodePort") ?? 0);
  const now = new Set(nodePorts(spec));
  const used = new Set(nodePorts(old).filter((port) => port !== 0 && now.has(port)));
  const byName = new Map(
    items(old, "ports").map((port) => [text(port, "name"), number(port, "nodePort") ?? 0]),
  );
  for (const port of items(spec, "ports")) {
    const before = byName.get(text(port, "name")) ?? 0;
    if ((number(port, "nodePort") ?? 0) === 0 && before !== 0 && !used.has(before)) {
      port.nodePort = before;
    }
  }
}

/** Clients that know only `clusterIP` change it alone: the list follows. */
function alignAddresses(spec: Fields, old: Fields): void {
  const [now, before] = [text(spec, "clusterIP"), text(old, "clusterIP")];
  if (now !== before && sameTexts(spec, old, "clusterIPs")) {
    if (now === "") delete spec.clusterIPs;
    else spec.clusterIPs = [now];
  }
  if (now !== "" && texts(spec, "clusterIPs").length === 0) spec.clusterIPs = [now];
}

/** Drops what the new type has no use for, where the user did not change it. Changes `spec`. */
export function dropForType(spec: Fields, old: Fields): void {
  if (needsAddress(old) && !needsAddress(spec)) {
    if (sameAddresses(spec, old)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameTexts(spec, old, "ipFamilies")) delete spec.ipFamilies;
    if (text(spec, "ipFamilyPolicy") === text(old, "ipFamilyPolicy")) delete spec.ipFamilyPolicy;
  }
  if (hasNodePorts(old) && !hasNodePorts(spec)) dropNodePorts(spec, old);
  dropSame(spec, old, "healthCheckNodePort", wantsHealthCheckPort);
  const isLoadBalancer = (one: Fields) => text(one, "type") === "LoadBalancer";
  dropSame(spec, old, "allocateLoadBalancerNodePorts", isLoadBalancer);
  dropSame(spec, old, "loadBalancerClass", isLoadBalancer);
  dropSame(spec, old, "externalTrafficPolicy", isExternallyAccessible);
  dropSame(spec, old, "internalTrafficPolicy", needsAddress);
}

function dropSame(
  spec: Fields,
  old: Fields,
  name: string,
  applies: (spec: Fields) => boolean,
): void {
  if (applies(old) && !applies(spec) && field(spec, name) === field(old, name)) delete spec[name];
}

function dropNodePorts(spec: Fields, old: Fields): void {
  const before = new Set(items(old, "ports").map((port) => number(port, "nodePort") ?? 0));
  const ports = items(spec, "ports");
  const added = ports.some((port) => {
    const nodePort = number(port, "nodePort") ?? 0;
    return nodePort !== 0 && !before.has(nodePort);
  });
  if (added) return;
  for (const port of ports) delete port.nodePort;
}

/** What an update of a Service may not change. */
export function validateServiceChange(spec: Fields, old: Fields, causes: Causes): void {
  if (needsAddress(spec) && needsAddress(old)) {
    validateAddressChange(spec, old, causes);
    validateFamilyChange(spec, old, causes);
  }
  if (text(spec, "type") === "LoadBalancer" && text(old, "type") === "LoadBalancer") {
    if (!isEqual(field(spec, "loadBalancerClass"), field(old, "loadBalancerClass"))) {
      causes.invalid("spec.loadBalancerClass", "cannot be changed once it is set");
    }
  }
  if (wantsHealthCheckPort(old) && wantsHealthCheckPort(spec)) {
    if (number(spec, "healthCheckNodePort") !== number(old, "healthCheckNodePort")) {
      causes.forbidden("spec.healthCheckNodePort", "cannot be changed");
    }
  }
}

function validateAddressChange(spec: Fields, old: Fields, causes: Causes): void {
  if (isHeadless(spec) && isHeadless(old)) return;
  const now = texts(spec, "clusterIPs");
  const before = texts(old, "clusterIPs");
  const changed = (index: number) =>
    causes.invalid(`spec.clusterIPs[${index}]`, "cannot be changed once it is set");
  if (now.length === before.length) {
    for (const [index, address] of before.entries()) if (address !== now[index]) changed(index);
    return;
  }
  if (before.length > now.length) {
    if (now.length === 0) causes.invalid("spec.clusterIPs[0]", "cannot be removed");
    else if (now[0] !== before[0]) changed(0);
    validateReduction(spec, now.length, "address", causes);
  } else if (before.length > 0 && now[0] !== before[0]) {
    changed(0);
  }
}

function validateFamilyChange(spec: Fields, old: Fields, causes: Causes): void {
  if (isHeadless(spec) || isHeadless(old)) return;
  const now = texts(spec, "ipFamilies");
  const before = texts(old, "ipFamilies");
  if (now.length === before.length) {
    for (const [index, family] of before.entries()) {
      if (family !== now[index])
        causes.invalid("spec.ipFamilies[0]", "cannot be changed once it is set");
    }
    return;
  }
  if (now.length > 0 && before.length > 0 && now[0] !== before[0]) {
    causes.invalid("spec.ipFamilies[0]", "cannot be changed once it is set");
  }
  if (before.length > now.length) validateReduction(spec, now.length, "family", causes);
}

function validateReduction(spec: Fields, left: number, what: string, causes: Causes): void {
  if (left === 1 && text(spec, "ipFamilyPolicy") !== "SingleStack") {
    causes.invalid("spec.ipFamilyPolicy", `must be SingleStack to release the second ${what}`);
  }
}
