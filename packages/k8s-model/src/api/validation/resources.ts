import {
  compareQuantities,
  type Quantity,
  quantityMilliValue,
  quantitySign,
  quantityValue,
} from "../quantity.ts";
import { tryParseQuantity } from "../quantity-parse.ts";
import { readQuantity } from "../schema/amount.ts";
import { child, type Fields, items, text } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { dnsLabel, qualifiedName } from "./names.ts";

const CONTAINER_RESOURCES = ["cpu", "memory", "ephemeral-storage"];
const STANDARD_RESOURCES = [
  ...CONTAINER_RESOURCES,
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "storage",
  "requests.storage",
  "services.nodeports",
  "services.loadbalancers",
];
const INTEGER_RESOURCES = [
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
];

function isHugePage(name: string): boolean {
  return name.startsWith("hugepages-");
}

function isNative(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

function isExtended(name: string): boolean {
  if (isNative(name) || name.startsWith("requests.")) return false;
  return qualifiedName(`requests.${name}`).length === 0;
}

function allowsOvercommit(name: string): boolean {
  return isNative(name) && !isHugePage(name);
}

/** The quantities of a resource list by name, sorted by name; unreadable ones are left out. */
export function resourceList(
  holder: Fields | undefined,
  name: string,
): readonly (readonly [string, Quantity])[] {
  return Object.entries(child(holder, name) ?? {})
    .map(([key, value]) => [key, readQuantity(value)] as const)
    .filter((entry): entry is readonly [string, Quantity] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Checks one amount: not negative, and whole where the resource is counted. */
export function validateAmount(name: string, amount: Quantity, path: string, causes: Causes): void {
  if (quantitySign(amount) < 0) causes.invalid(path, "must be 0 or more");
  const counted = INTEGER_RESOURCES.includes(name) || isExtended(name);
  if (counted && quantityMilliValue(amount) % 1_000n !== 0n)
    causes.invalid(path, "must be an integer");
}

function validateHugePages(name: string, amount: Quantity, path: string, causes: Causes): void {
  const size = tryParseQuantity(name.slice("hugepages-".length));
  const bytes = size === undefined ? 0n : quantityValue(size);
  if (bytes <= 0n || quantityValue(amount) % bytes !== 0n) {
    causes.invalid(path, `is not a multiple of the page size of ${name}`);
  }
}

function validateContainerResourceName(name: string, path: string, causes: Causes): void {
  const problems = qualifiedName(name);
  if (problems.length > 0) {
    causes.invalidAll(path, problems);
    return;
  }
  if (!name.includes("/")) {
    const standard = STANDARD_RESOURCES.includes(name) || isHugePage(name);
    if (!standard) causes.invalid(path, "must be a standard resource or qualified with a domain");
    if (!CONTAINER_RESOURCES.includes(name) && !isHugePage(name)) {
      causes.invalid(path, "must be a standard resource for containers");
    }
  } else if (!isNative(name) && !isExtended(name)) {
    causes.invalid(path, "is not a name for an extended resource");
  }
}

function validatePodResourceName(name: string, path: string, causes: Causes): void {
  const problems = qualifiedName(name);
  if (problems.length > 0) causes.invalidAll(path, problems);
  else if (name !== "cpu" && name !== "memory" && !isHugePage(name)) {
    causes.notSupported(path, name, ["cpu", "hugepages-", "memory"]);
  }
}

/** Checks requests, limits and claims of a container, or of the pod as a whole. */
export function validateResources(
  resources: Fields,
  path: string,
  claims: ReadonlySet<string>,
  level: "container" | "pod",
  causes: Causes,
): void {
  const checkName = level === "pod" ? validatePodResourceName : validateContainerResourceName;
  const limits = resourceList(resources, "limits");
  const requests = resourceList(resources, "requests");
  const limitOf = new Map(limits);
  for (const [name, amount] of limits) {
    const at = `${path}.limits[${name}]`;
    checkName(name, at, causes);
    validateAmount(name, amount, at, causes);
    if (isHugePage(name)) validateHugePages(name, amount, at, causes);
  }
  for (const [name, amount] of requests) {
    const at = `${path}.requests[${name}]`;
    checkName(name, at, causes);
    validateAmount(name, amount, at, causes);
    validateAgainstLimit(name, amount, limitOf.get(name), path, causes);
    if (isHugePage(name)) validateHugePages(name, amount, at, causes);
  }
  const names = [...limits, ...requests].map(([name]) => name);
  const computes = names.some((name) => name === "cpu" || name === "memory");
  if (!computes && names.some(isHugePage)) {
    causes.forbidden(path, "huge pages require cpu or memory");
  }
  validateClaims(resources, `${path}.claims`, claims, causes);
}

function validateAgainstLimit(
  name: string,
  request: Quantity,
  limit: Quantity | undefined,
  path: string,
  causes: Causes,
): void {
  const overcommit = allowsOvercommit(name);
  if (limit === undefined) {
    if (!overcommit)
      causes.required(`${path}.limits`, `must be set for ${name}, which is not shared`);
    return;
  }
  const order = compareQuantities(request, limit);
  if (order !== 0 && !overcommit) {
    causes.invalid(`${path}.requests`, `must be equal to the limit of ${name}`);
  } else if (order > 0) {
    causes.invalid(`${path}.requests`, `must be at most the limit of ${name}`);
  }
}

function validateClaims(
  resources: Fields,
  path: string,
  known: ReadonlySet<string>,
  causes: Causes,
): void {
  const seen = new Set<string>();
  for (const [index, claim] of items(resources, "claims").entries()) {
    const at = `${path}[${index}]`;
    const name = text(claim, "name");
    const request = text(claim, "request");
    const key = request === "" ? name : `${name}/${request}`;
    if (name === "") {
      causes.required(at);
      continue;
    }
    if (seen.has(name) || seen.has(key)) causes.duplicate(at, key);
    else if (request !== "") causes.invalidAll(`${at}.request`, dnsLabel(request));
    else if ([...seen].some((one) => one.startsWith(`${name}/`))) causes.duplicate(at, name);
    seen.add(key);
    if (!known.has(name)) {
      causes.notFound(at, name, "is not one of the names in spec.resourceClaims");
    }
  }
}
