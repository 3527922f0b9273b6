import { child, type Fields, field, flag, items, number, text, texts } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { dnsSubdomain } from "./names.ts";
import { validateRelativePath } from "./paths.ts";

const MAX_ID = 2_147_483_647;
const PROFILE_TYPES = ["Localhost", "RuntimeDefault", "Unconfined"];

/** Checks the security context of a container; privileged containers are allowed. */
export function validateContainerSecurity(
  context: Fields | undefined,
  path: string,
  hostUsers: boolean,
  causes: Causes,
): void {
  if (context === undefined) return;
  for (const name of ["runAsUser", "runAsGroup"]) validateId(context, name, path, causes);
  const procMount = text(context, "procMount");
  if (field(context, "procMount") !== undefined) {
    if (procMount !== "Default" && procMount !== "Unmasked") {
      causes.notSupported(`${path}.procMount`, procMount, ["Default", "Unmasked"]);
    }
    if (hostUsers && procMount === "Unmasked") {
      causes.invalid(`${path}.procMount`, "hostUsers must be false for Unmasked");
    }
  }
  validateProfile(context, "seccompProfile", path, causes);
  if (field(context, "allowPrivilegeEscalation") === false) {
    if (flag(context, "privileged")) {
      causes.invalid(path, "a privileged container cannot forbid privilege escalation");
    }
    if (texts(child(context, "capabilities"), "add").includes("CAP_SYS_ADMIN")) {
      causes.invalid(path, "CAP_SYS_ADMIN needs privilege escalation");
    }
  }
  validateWindowsOptions(context, path, causes);
  validateProfile(context, "appArmorProfile", path, causes);
}

/** Checks the security context of a pod. */
export function validatePodSecurity(spec: Fields, path: string, causes: Causes): void {
  const context = child(spec, "securityContext");
  if (flag(spec, "shareProcessNamespace") && flag(spec, "hostPID")) {
    causes.invalid(`${path}.shareProcessNamespace`, "cannot be combined with hostPID");
  }
  if (context === undefined) return;
  for (const name of ["fsGroup", "runAsUser", "runAsGroup"])
    validateId(context, name, path, causes);
  const groups = field(context, "supplementalGroups");
  for (const [index, id] of (Array.isArray(groups) ? groups : []).entries()) {
    if (typeof id === "number")
      causes.between(`${path}.supplementalGroups[${index}]`, id, 0, MAX_ID);
  }
  validateSysctls(spec, context, `${path}.sysctls`, causes);
  optionalChoice(context, "fsGroupChangePolicy", ["Always", "OnRootMismatch"], path, causes);
  validateProfile(context, "seccompProfile", path, causes);
  validateWindowsOptions(context, path, causes);
  validateProfile(context, "appArmorProfile", path, causes);
  optionalChoice(context, "supplementalGroupsPolicy", ["Merge", "Strict"], path, causes);
  optionalChoice(context, "seLinuxChangePolicy", ["MountOption", "Recursive"], path, causes);
}

/** User namespaces and the host's namespaces exclude each other. */
export function validateHostUsers(spec: Fields, path: string, causes: Causes): void {
  if (field(spec, "hostUsers") !== false) return;
  const namespaces = [
    ["hostNetwork", "hostNetwork"],
    ["hostPID", "HostPID"],
    ["hostIPC", "HostIPC"],
  ] as const;
  for (const [name, reported] of namespaces) {
    if (flag(spec, name))
      causes.forbidden(`${path}.${reported}`, "cannot be set when hostUsers is false");
  }
}

function optionalChoice(
  context: Fields,
  name: string,
  choices: readonly string[],
  path: string,
  causes: Causes,
): void {
  const value = text(context, name);
  if (field(context, name) !== undefined && !choices.includes(value)) {
    causes.notSupported(`${path}.${name}`, value, choices);
  }
}

function validateId(context: Fields, name: string, path: string, causes: Causes): void {
  const id = number(context, name);
  if (id !== undefined) causes.between(`${path}.${name}`, id, 0, MAX_ID);
}

function validateProfile(context: Fields, name: string, path: string, causes: Causes): void {
  const profile = child(context, name);
  if (profile === undefined) return;
  const at = `${path}.${name}`;
  const type = text(profile, "type");
  causes.oneOf(`${at}.type`, type, PROFILE_TYPES);
  const local = field(profile, "localhostProfile");
  if (type === "Localhost") {
    if (local === undefined || local === "") {
      causes.required(`${at}.localhostProfile`, "must be set when the type is Localhost");
    } else if (name === "seccompProfile") {
      validateRelativePath(text(profile, "localhostProfile"), `${at}.localhostProfile`, causes);
    } else if (text(profile, "localhostProfile").trim() !== local) {
      causes.invalid(`${at}.localhostProfile`, "must not be padded with white space");
    }
  } else if (local !== undefined && PROFILE_TYPES.includes(type)) {
    causes.invalid(`${at}.localhostProfile`, "can only be set when the type is Localhost");
  }
}

const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const MAX_SYSCTL = 253;

function validateSysctls(spec: Fields, context: Fields, path: string, causes: Causes): void {
  const seen = new Set<string>();
  for (const [index, sysctl] of items(context, "sysctls").entries()) {
    const at = `${path}[${index}].name`;
    const name = text(sysctl, "name");
    if (name === "") causes.required(at);
    else if (name.length > MAX_SYSCTL || !SYSCTL.test(name))
      causes.invalid(at, "is no name of a sysctl");
    else if (seen.has(name)) causes.duplicate(at, name);
    seen.add(name);
    const dotted = name.replaceAll("/", ".");
    if (flag(spec, "hostNetwork") && dotted.startsWith("net.")) {
      causes.invalid(at, "may not be given when hostNetwork is true");
    }
    if (flag(spec, "hostIPC") && /^(?:kernel\.(?:shm|msg|sem)|fs\.mqueue\.)/.test(dotted)) {
      causes.invalid(at, "may not be given when hostIPC is true");
    }
  }
}

function validateWindowsOptions(context: Fields, path: string, causes: Causes): void {
  const options = child(context, "windowsOptions");
  const name = text(options, "gmsaCredentialSpecName");
  if (field(options, "gmsaCredentialSpecName") !== undefined) {
    causes.invalidAll(`${path}.windowsOptions.gmsaCredentialSpecName`, dnsSubdomain(name));
  }
  for (const option of ["gmsaCredentialSpec", "runAsUserName"]) {
    if (field(options, option) === "") {
      causes.invalid(`${path}.windowsOptions.${option}`, "cannot be empty");
    }
  }
}
