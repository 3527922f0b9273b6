import { ipProblem } from "../../address/index.ts";
import { compareQuantities } from "../quantity.ts";
import { child, type Fields, field, flag, items, number, text, texts } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import {
  type ContainerContext,
  validateContainer,
  validateContainers,
  validateInitContainers,
} from "./container.ts";
import { validateLabels } from "./metadata.ts";
import {
  dnsLabel,
  dnsSubdomain,
  dnsSubdomainWithUnderscore,
  type NameRule,
  qualifiedName,
} from "./names.ts";
import { resourceList, validateResources } from "./resources.ts";
import { validateAffinity, validateSpreadConstraints, validateTolerations } from "./scheduling.ts";
import { validateHostUsers, validatePodSecurity } from "./security.ts";
import { validateVolumes } from "./volume.ts";

/** What a pod's specification is part of. */
export interface PodSpecContext {
  /** The metadata of a pod; undefined in a template. */
  readonly pod: Fields | undefined;
  /** Volumes that come from elsewhere: the claims of a StatefulSet. */
  readonly extraVolumes?: readonly string[];
}

const MAX_INT32 = 2_147_483_647;

/** Checks a pod's specification, in a pod or in a template. */
export function validatePodSpec(
  spec: Fields,
  path: string,
  context: PodSpecContext,
  causes: Causes,
): void {
  const podName = context.pod === undefined ? undefined : text(context.pod, "name") || undefined;
  const volumes = new Map(validateVolumes(spec, `${path}.volumes`, podName, causes));
  for (const name of context.extraVolumes ?? []) {
    volumes.set(name, { name, persistentVolumeClaim: { claimName: name } });
  }
  const claims = validateResourceClaims(spec, `${path}.resourceClaims`, causes);
  const containers: ContainerContext = {
    volumes,
    claims,
    graceSeconds: number(spec, "terminationGracePeriodSeconds"),
    podRestartPolicy: text(spec, "restartPolicy"),
    hostUsers: field(spec, "hostUsers") !== false,
  };
  validateContainers(spec, `${path}.containers`, containers, causes);
  validateInitContainers(spec, `${path}.initContainers`, containers, causes);
  for (const [index, container] of items(spec, "ephemeralContainers").entries()) {
    validateContainer(container, `${path}.ephemeralContainers[${index}]`, containers, causes);
  }
  validatePodResources(spec, `${path}.resources`, causes);
  validateHostNetwork(spec, path, context.pod !== undefined, causes);
  causes.oneOf(`${path}.restartPolicy`, text(spec, "restartPolicy"), [
    "Always",
    "OnFailure",
    "Never",
  ]);
  causes.oneOf(`${path}.dnsPolicy`, text(spec, "dnsPolicy"), DNS_POLICIES);
  validateLabels(spec, "nodeSelector", `${path}.nodeSelector`, causes);
  validatePodSecurity(spec, `${path}.securityContext`, causes);
  const podLabels = context.pod && (child(context.pod, "labels") ?? {});
  validateAffinity(spec, `${path}.affinity`, podLabels, causes);
  validateDnsConfig(spec, `${path}.dnsConfig`, causes);
  validateGates(spec, path, causes);
  validateSpreadConstraints(spec, `${path}.topologySpreadConstraints`, podLabels, causes);
  validateHostUsers(spec, path, causes);
  validateNamesIn(spec, path, causes);
  validateRest(spec, path, causes);
}

const DNS_POLICIES = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

function validateNamesIn(spec: Fields, path: string, causes: Causes): void {
  const check = (name: string, rule: NameRule): void => {
    const value = text(spec, name);
    if (value !== "") causes.invalidAll(`${path}.${name}`, rule(value));
  };
  check("serviceAccountName", dnsSubdomain);
  check("nodeName", dnsSubdomain);
  const deadline = number(spec, "activeDeadlineSeconds");
  if (deadline !== undefined)
    causes.between(`${path}.activeDeadlineSeconds`, deadline, 1, MAX_INT32);
  check("hostname", dnsLabel);
  check("subdomain", dnsLabel);
  validateTolerations(spec, `${path}.tolerations`, causes);
  validateHostAliases(spec, `${path}.hostAliases`, causes);
  check("priorityClassName", dnsSubdomain);
  if (field(spec, "runtimeClassName") !== undefined) {
    causes.invalidAll(`${path}.runtimeClassName`, dnsSubdomain(text(spec, "runtimeClassName")));
  }
}

function validateRest(spec: Fields, path: string, causes: Causes): void {
  if (field(spec, "preemptionPolicy") !== undefined) {
    const policy = text(spec, "preemptionPolicy");
    causes.oneOf(`${path}.preemptionPolicy`, policy, ["PreemptLowerPriority", "Never"]);
  }
  const overhead = child(spec, "overhead");
  if (overhead !== undefined) {
    validateResources({ limits: overhead }, `${path}.overhead`, new Set(), "container", causes);
  }
  const os = child(spec, "os");
  if (os !== undefined) {
    const name = text(os, "name");
    if (name === "") causes.required(`${path}.os.name`, "cannot be empty");
    else if (name !== "linux" && name !== "windows") {
      causes.notSupported(`${path}.os`, name, ["linux", "windows"]);
    }
  }
  const override = text(spec, "hostnameOverride");
  if (override === "") return;
  causes.invalidAll(`${path}.hostnameOverride`, dnsSubdomain(override));
  if (override.length > 64) causes.tooLong(`${path}.hostnameOverride`, 64);
  if (flag(spec, "hostNetwork")) {
    causes.forbidden(`${path}.hostnameOverride`, "may not be given when hostNetwork is true");
  }
}

function validateResourceClaims(spec: Fields, path: string, causes: Causes): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, claim] of items(spec, "resourceClaims").entries()) {
    const at = `${path}[${index}]`;
    const name = text(claim, "name");
    if (name === "") causes.required(`${at}.name`);
    else if (names.has(name)) causes.duplicate(`${at}.name`, name);
    else causes.invalidAll(`${at}.name`, dnsLabel(name));
    names.add(name);
    const sources = ["resourceClaimName", "resourceClaimTemplateName"].filter(
      (source) => field(claim, source) !== undefined,
    );
    if (sources.length !== 1) {
      causes.invalid(at, "must name either a resourceClaimName or a resourceClaimTemplateName");
    }
    for (const source of sources) {
      causes.invalidAll(`${at}.${source}`, dnsSubdomain(text(claim, source)));
    }
  }
  names.delete("");
  return names;
}

/** Resources of the pod as a whole (KEP 2837, on by default since 1.34). */
function validatePodResources(spec: Fields, path: string, causes: Causes): void {
  const resources = child(spec, "resources");
  if (resources === undefined) return;
  if (items(resources, "claims").length > 0) {
    causes.forbidden(`${path}.claims`, "cannot be set for the pod as a whole");
  }
  validateResources({ ...resources, claims: [] }, path, new Set(), "pod", causes);
  const limits = new Map(resourceList(resources, "limits"));
  for (const [index, container] of items(spec, "containers").entries()) {
    for (const [name, limit] of resourceList(child(container, "resources"), "limits")) {
      const podLimit = limits.get(name);
      if (podLimit !== undefined && compareQuantities(limit, podLimit) > 0) {
        causes.invalid(
          `${path}.containers[${index}][${name}].limits`,
          "must be at most the limit of the pod",
        );
      }
    }
  }
}

function validateHostNetwork(spec: Fields, path: string, isPod: boolean, causes: Causes): void {
  if (!flag(spec, "hostNetwork")) return;
  for (const [index, container] of items(spec, "containers").entries()) {
    for (const [portIndex, port] of items(container, "ports").entries()) {
      const hostPort = number(port, "hostPort") ?? 0;
      if ((isPod || hostPort !== 0) && hostPort !== (number(port, "containerPort") ?? 0)) {
        causes.invalid(
          `${path}.containers[${index}].ports[${portIndex}].hostPort`,
          "must match containerPort when hostNetwork is true",
        );
      }
    }
  }
}

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2_048;

function validateDnsConfig(spec: Fields, path: string, causes: Causes): void {
  const config = child(spec, "dnsConfig");
  const nameservers = texts(config, "nameservers");
  if (text(spec, "dnsPolicy") === "None") {
    if (config === undefined) {
      causes.required(path, "must be given when dnsPolicy is None");
      return;
    }
    if (nameservers.length === 0) {
      causes.required(`${path}.nameservers`, "must name one when dnsPolicy is None");
      return;
    }
  }
  if (nameservers.length > MAX_NAMESERVERS) {
    causes.invalid(`${path}.nameservers`, `must not have more than ${MAX_NAMESERVERS} nameservers`);
  }
  for (const [index, address] of nameservers.entries()) {
    const problem = ipProblem(address);
    if (problem !== undefined) causes.invalid(`${path}.nameservers[${index}]`, problem);
  }
  const searches = texts(config, "searches");
  if (searches.length > MAX_SEARCHES) {
    causes.invalid(`${path}.searches`, `must not have more than ${MAX_SEARCHES} search paths`);
  }
  if (searches.join(" ").length > MAX_SEARCH_CHARACTERS) {
    causes.invalid(
      `${path}.searches`,
      `must not have more than ${MAX_SEARCH_CHARACTERS} characters`,
    );
  }
  for (const [index, search] of searches.entries()) {
    if (search === ".") continue;
    const name = search.endsWith(".") ? search.slice(0, -1) : search;
    causes.invalidAll(`${path}.searches[${index}]`, dnsSubdomainWithUnderscore(name));
  }
  for (const [index, option] of items(config, "options").entries()) {
    if (text(option, "name") === "")
      causes.required(`${path}.options[${index}]`, "must not be empty");
  }
}

function validateGates(spec: Fields, path: string, causes: Causes): void {
  for (const [index, gate] of items(spec, "readinessGates").entries()) {
    const at = `${path}.readinessGates[${index}].conditionType`;
    causes.invalidAll(at, qualifiedName(text(gate, "conditionType")));
  }
  const seen = new Set<string>();
  for (const [index, gate] of items(spec, "schedulingGates").entries()) {
    const at = `${path}.schedulingGates[${index}]`;
    const name = text(gate, "name");
    causes.invalidAll(at, qualifiedName(name));
    if (seen.has(name)) causes.duplicate(at, name);
    seen.add(name);
  }
}

function validateHostAliases(spec: Fields, path: string, causes: Causes): void {
  for (const [index, alias] of items(spec, "hostAliases").entries()) {
    const problem = ipProblem(text(alias, "ip"));
    if (problem !== undefined) causes.invalid(`${path}[${index}].ip`, problem);
    for (const [nameIndex, name] of texts(alias, "hostnames").entries()) {
      causes.invalidAll(`${path}[${index}].hostnames[${nameIndex}]`, dnsSubdomain(name));
    }
  }
}
