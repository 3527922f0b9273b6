import { quantitySign } from "../quantity.ts";
import { formatQuantity } from "../quantity-format.ts";
import { readQuantity } from "../schema/amount.ts";
import { child, type Fields, field, items, text } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { configMapKey, dnsSubdomain, environmentName, qualifiedName } from "./names.ts";

/** Fields of a pod that an environment variable can take its value from. */
const ENVIRONMENT_FIELDS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
/** Fields of a pod that a file can show. */
export const FILE_FIELDS: readonly string[] = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];
const CONVERTIBLE_FIELDS = new Set([
  ...ENVIRONMENT_FIELDS,
  ...FILE_FIELDS,
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.host",
  "status.phase",
  "status.nominatedNodeName",
]);
const RESOURCE_FIELDS = ["cpu", "ephemeral-storage", "memory"].flatMap((name) => [
  `limits.${name}`,
  `requests.${name}`,
]);

/** Checks the environment variables of a container. */
export function validateEnvironment(container: Fields, path: string, causes: Causes): void {
  for (const [index, variable] of items(container, "env").entries()) {
    const at = `${path}.env[${index}]`;
    const name = text(variable, "name");
    if (name === "") causes.required(`${at}.name`);
    else causes.invalidAll(`${at}.name`, environmentName(name));
    const source = child(variable, "valueFrom");
    if (source !== undefined) {
      validateValueFrom(source, text(variable, "value") !== "", `${at}.valueFrom`, causes);
    }
  }
  for (const [index, source] of items(container, "envFrom").entries()) {
    validateEnvFrom(source, `${path}.envFrom`, index, causes);
  }
}

function validateValueFrom(source: Fields, hasValue: boolean, path: string, causes: Causes): void {
  let sources = 0;
  const fieldRef = child(source, "fieldRef");
  if (fieldRef !== undefined) {
    sources += 1;
    validateFieldRef(fieldRef, ENVIRONMENT_FIELDS, `${path}.fieldRef`, causes);
  }
  const resourceRef = child(source, "resourceFieldRef");
  if (resourceRef !== undefined) {
    sources += 1;
    validateResourceFieldRef(resourceRef, false, `${path}.resourceFieldRef`, causes);
  }
  for (const name of ["configMapKeyRef", "secretKeyRef"]) {
    const reference = child(source, name);
    if (reference === undefined) continue;
    sources += 1;
    causes.invalidAll(`${path}.${name}.name`, dnsSubdomain(text(reference, "name")));
    validateKey(reference, `${path}.${name}`, causes);
  }
  const fileRef = child(source, "fileKeyRef");
  if (fileRef !== undefined) {
    sources += 1;
    validateFileKeyRef(fileRef, `${path}.fileKeyRef`, causes);
  }
  if (sources === 0) causes.invalid(path, "must name where the value comes from");
  else if (hasValue) causes.invalid(path, "may not be given together with a value");
  else if (sources > 1) causes.invalid(path, "may not name more than one source");
}

function validateKey(reference: Fields, path: string, causes: Causes): void {
  const key = text(reference, "key");
  if (key === "") causes.required(`${path}.key`);
  else causes.invalidAll(`${path}.key`, configMapKey(key));
}

function validateFileKeyRef(reference: Fields, path: string, causes: Causes): void {
  for (const name of ["volumeName", "path", "key"]) {
    if (text(reference, name) === "") causes.required(`${path}.${name}`);
  }
}

/** Checks a reference to a field of the pod. */
export function validateFieldRef(
  reference: Fields,
  supported: readonly string[],
  path: string,
  causes: Causes,
): void {
  const fieldPath = text(reference, "fieldPath");
  const version = text(reference, "apiVersion");
  if (version === "") {
    causes.required(`${path}.apiVersion`);
    return;
  }
  if (fieldPath === "") {
    causes.required(`${path}.fieldPath`);
    return;
  }
  const subscript = /^(.*)\['([^']*)'\]$/.exec(fieldPath);
  const base = subscript?.[1] ?? fieldPath;
  const convertible =
    subscript === null
      ? CONVERTIBLE_FIELDS.has(base)
      : base === "metadata.annotations" || base === "metadata.labels";
  if (version !== "v1" || !convertible) {
    causes.invalid(`${path}.fieldPath`, `"${fieldPath}" is not a field of a pod that can be shown`);
  } else if (subscript !== null) {
    const key = subscript[2] ?? "";
    causes.invalidAll(path, qualifiedName(base === "metadata.labels" ? key : key.toLowerCase()));
  } else if (!supported.includes(base)) {
    causes.notSupported(`${path}.fieldPath`, base, supported);
  }
}

/** Checks a reference to a request or limit of a container. */
export function validateResourceFieldRef(
  reference: Fields,
  inVolume: boolean,
  path: string,
  causes: Causes,
): void {
  const resource = text(reference, "resource");
  if (inVolume && text(reference, "containerName") === "") causes.required(`${path}.containerName`);
  else if (resource === "") causes.required(`${path}.resource`);
  else if (
    !RESOURCE_FIELDS.includes(resource) &&
    !/^(?:requests|limits)\.hugepages-/.test(resource)
  ) {
    causes.notSupported(`${path}.resource`, resource, RESOURCE_FIELDS);
  }
  validateDivisor(resource, field(reference, "divisor"), `${path}.divisor`, causes);
}

function validateDivisor(resource: string, value: unknown, path: string, causes: Causes): void {
  const divisor = readQuantity(value);
  if (divisor === undefined || quantitySign(divisor) === 0) return;
  const cpu = /^(?:requests|limits)\.cpu$/.test(resource);
  const bytes = /^(?:requests|limits)\.(?:memory|ephemeral-storage|hugepages-.*)$/.test(resource);
  if (!cpu && !bytes) return;
  const allowed = cpu ? /^1m?$/ : /^1(?:k|[MGTPE]|[KMGTPE]i)?$/;
  if (!allowed.test(formatQuantity(divisor))) {
    causes.invalid(path, `is not a unit that ${resource} can be divided by`);
  }
}

function validateEnvFrom(source: Fields, path: string, index: number, causes: Causes): void {
  const at = `${path}[${index}]`;
  const prefix = text(source, "prefix");
  if (prefix !== "") causes.invalidAll(`${at}.prefix`, environmentName(prefix));
  let sources = 0;
  for (const name of ["configMapRef", "secretRef"]) {
    const reference = child(source, name);
    if (reference === undefined) continue;
    sources += 1;
    const target = text(reference, "name");
    if (target === "") causes.required(`${at}.${name}.name`);
    else causes.invalidAll(`${at}.${name}.name`, dnsSubdomain(target));
  }
  // The server names the list, not the item, for these two.
  if (sources === 0) causes.invalid(path, "must name a ConfigMap or a Secret");
  else if (sources > 1) causes.invalid(path, "may not name both a ConfigMap and a Secret");
}
