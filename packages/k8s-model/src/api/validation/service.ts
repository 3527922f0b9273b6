import { cidrProblem, ipProblem, parseIP, specialRange } from "../../address/index.ts";
import { isExternallyAccessible, wantsHealthCheckPort } from "../defaulting/service.ts";
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
import { PROTOCOLS } from "./container.ts";
import { metadataOf, validateLabels, validateMetadata } from "./metadata.ts";
import { dnsLabel, dnsSubdomain, portNumber, portNumberOrName, qualifiedName } from "./names.ts";
import { isHeadless, validateAddresses } from "./service-addresses.ts";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const HINTS_ANNOTATION = "service.kubernetes.io/topology-aware-hints";
const MODE_ANNOTATION = "service.kubernetes.io/topology-mode";
const RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges";
const MAX_AFFINITY_SECONDS = 86_400;
const DISTRIBUTIONS = ["PreferClose", "PreferSameZone", "PreferSameNode"];

/** Checks a Service as it would be stored: with its defaults and addresses. */
export function validateService(service: Fields, causes: Causes): void {
  const metadata = metadataOf(service);
  const spec = child(service, "spec") ?? {};
  const type = text(spec, "type");
  validateMetadata(metadata, dnsLabel, true, causes);
  validateTopologyAnnotations(metadata, causes);
  if (items(spec, "ports").length === 0 && !isHeadless(spec) && type !== "ExternalName") {
    causes.required("spec.ports");
  }
  validateForType(spec, type, causes);
  validatePorts(spec, causes);
  validateLabels(spec, "selector", "spec.selector", causes);
  validateAffinity(spec, causes);
  validateAddresses(spec, causes);
  validateExternalAddresses(spec, causes);
  causes.oneOf("spec.type", type, TYPES);
  validatePortUse(spec, type, causes);
  validateSourceRanges(spec, metadata, type, causes);
  validateLoadBalancer(spec, type, causes);
  validateTrafficPolicies(spec, type, causes);
}

function validateTopologyAnnotations(metadata: Fields, causes: Causes): void {
  const annotations = child(metadata, "annotations");
  const mode = field(annotations, MODE_ANNOTATION);
  const hints = field(annotations, HINTS_ANNOTATION);
  if (mode !== undefined && hints !== undefined && mode !== hints) {
    causes.invalid(
      `metadata.annotations[${MODE_ANNOTATION}]`,
      `must be the same as ${HINTS_ANNOTATION} when both are given`,
    );
  }
}

function validateForType(spec: Fields, type: string, causes: Causes): void {
  if ((type === "LoadBalancer" || type === "NodePort") && isHeadless(spec)) {
    causes.invalid("spec.clusterIPs[0]", `may not be None for a ${type} Service`);
  }
  if (type !== "ExternalName") return;
  const unwanted = "may not be set for an ExternalName Service";
  if (texts(spec, "clusterIPs").length > 0) causes.forbidden("spec.clusterIPs", unwanted);
  if (texts(spec, "ipFamilies").length > 0) causes.forbidden("spec.ipFamilies", unwanted);
  if (field(spec, "ipFamilyPolicy") !== undefined)
    causes.forbidden("spec.ipFamilyPolicy", unwanted);
  const name = text(spec, "externalName");
  const host = name.endsWith(".") ? name.slice(0, -1) : name;
  if (host === "") causes.required("spec.externalName");
  else causes.invalidAll("spec.externalName", dnsSubdomain(host));
}

function validatePorts(spec: Fields, causes: Causes): void {
  const ports = items(spec, "ports");
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    const name = text(port, "name");
    if (name !== "") {
      causes.invalidAll(`${at}.name`, dnsLabel(name));
      if (names.has(name)) causes.duplicate(`${at}.name`, name);
      names.add(name);
    } else if (ports.length > 1) {
      causes.required(`${at}.name`, "is required when there is more than one port");
    }
    causes.invalidAll(`${at}.port`, portNumber(number(port, "port") ?? 0));
    causes.oneOf(`${at}.protocol`, text(port, "protocol"), PROTOCOLS);
    causes.invalidAll(`${at}.targetPort`, portNumberOrName(field(port, "targetPort")));
    if (field(port, "appProtocol") !== undefined) {
      causes.invalidAll(`${at}.appProtocol`, qualifiedName(text(port, "appProtocol")));
    }
  }
}

function validateAffinity(spec: Fields, causes: Causes): void {
  const affinity = text(spec, "sessionAffinity");
  causes.oneOf("spec.sessionAffinity", affinity, ["ClientIP", "None"]);
  if (affinity !== "ClientIP") return;
  const clientIP = child(child(spec, "sessionAffinityConfig"), "clientIP");
  const seconds = number(clientIP, "timeoutSeconds") ?? 0;
  if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    causes.invalid(
      "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
      `must be between 1 and ${MAX_AFFINITY_SECONDS}`,
    );
  }
}

function validateExternalAddresses(spec: Fields, causes: Causes): void {
  for (const [index, address] of texts(spec, "externalIPs").entries()) {
    const at = `spec.externalIPs[${index}]`;
    const problem = ipProblem(address);
    const parsed = parseIP(address);
    const special = parsed && specialRange(parsed);
    if (problem !== undefined) causes.invalid(at, problem);
    else if (special !== undefined) causes.invalid(at, `may not be a ${special} address`);
  }
}

function validatePortUse(spec: Fields, type: string, causes: Causes): void {
  const ports = items(spec, "ports");
  const nodePorts = new Set<string>();
  const numbers = new Set<string>();
  if (type === "ClusterIP") {
    for (const [index, port] of ports.entries()) {
      if ((number(port, "nodePort") ?? 0) !== 0) {
        causes.forbidden(
          `spec.ports[${index}].nodePort`,
          "may not be used when the type is ClusterIP",
        );
      }
    }
  }
  for (const [index, port] of ports.entries()) {
    const nodePort = number(port, "nodePort") ?? 0;
    const key = `${nodePort}/${text(port, "protocol")}`;
    if (nodePort !== 0 && nodePorts.has(key))
      causes.duplicate(`spec.ports[${index}].nodePort`, key);
    nodePorts.add(key);
  }
  for (const [index, port] of ports.entries()) {
    const key = `${number(port, "port") ?? 0}/${text(port, "protocol")}`;
    if (numbers.has(key)) causes.duplicate(`spec.ports[${index}]`, key);
    numbers.add(key);
  }
}

/** The field's name starts with a capital letter in the server's errors, unlike in the API. */
function validateSourceRanges(spec: Fields, metadata: Fields, type: string, causes: Causes): void {
  const ranges = texts(spec, "loadBalancerSourceRanges");
  const annotation = textMap(metadata, "annotations").find(([key]) => key === RANGES_ANNOTATION);
  const path =
    ranges.length > 0
      ? "spec.LoadBalancerSourceRanges"
      : `metadata.annotations[${RANGES_ANNOTATION}]`;
  if (ranges.length === 0 && annotation === undefined) return;
  if (type !== "LoadBalancer") {
    causes.forbidden(path, "may only be used when the type is LoadBalancer");
  }
  for (const [index, range] of ranges.entries()) {
    const problem = cidrProblem(range.trim());
    if (problem !== undefined) causes.invalid(`${path}[${index}]`, problem);
  }
  const listed = annotation?.[1].trim() ?? "";
  if (ranges.length > 0 || listed === "") return;
  for (const range of listed.split(",")) {
    const problem = cidrProblem(range.trim());
    if (problem !== undefined) causes.invalid(path, problem);
  }
}

function validateLoadBalancer(spec: Fields, type: string, causes: Causes): void {
  if (type !== "LoadBalancer" && field(spec, "allocateLoadBalancerNodePorts") !== undefined) {
    causes.forbidden(
      "spec.allocateLoadBalancerNodePorts",
      "may only be used when the type is LoadBalancer",
    );
  }
  if (field(spec, "loadBalancerClass") === undefined) return;
  if (type !== "LoadBalancer") {
    causes.forbidden("spec.loadBalancerClass", "may only be used when the type is LoadBalancer");
  } else {
    causes.invalidAll("spec.loadBalancerClass", qualifiedName(text(spec, "loadBalancerClass")));
  }
}

function validateTrafficPolicies(spec: Fields, type: string, causes: Causes): void {
  const external = text(spec, "externalTrafficPolicy");
  if (isExternallyAccessible(spec)) {
    causes.oneOf("spec.externalTrafficPolicy", external, ["Cluster", "Local"]);
  } else if (external !== "") {
    causes.invalid(
      "spec.externalTrafficPolicy",
      "may only be set for a Service that can be reached from outside",
    );
  }
  const healthCheck = number(spec, "healthCheckNodePort") ?? 0;
  if (wantsHealthCheckPort(spec)) {
    if (healthCheck !== 0) {
      causes.invalidAll("spec.healthCheckNodePort", portNumber(healthCheck));
    }
  } else if (healthCheck !== 0) {
    causes.invalid(
      "spec.healthCheckNodePort",
      "may only be set when the type is LoadBalancer and externalTrafficPolicy is Local",
    );
  }
  const internal = field(spec, "internalTrafficPolicy");
  if (internal === undefined) {
    if (["NodePort", "LoadBalancer", "ClusterIP"].includes(type)) {
      causes.required("spec.internalTrafficPolicy");
    }
  } else if (internal !== "Cluster" && internal !== "Local") {
    const given = text(spec, "internalTrafficPolicy");
    causes.notSupported("spec.internalTrafficPolicy", given, ["Cluster", "Local"]);
  }
  const distribution = text(spec, "trafficDistribution");
  const given = field(spec, "trafficDistribution") !== undefined;
  if (given && !DISTRIBUTIONS.includes(distribution)) {
    causes.notSupported("spec.trafficDistribution", distribution, DISTRIBUTIONS);
  }
}
