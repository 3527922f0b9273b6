import { addQuantities, compareQuantities, type Quantity } from "../quantity.ts";
import { formatQuantity } from "../quantity-format.ts";
import { readQuantity } from "../schema/amount.ts";
import { child, type Fields, items, text } from "../schema/fields.ts";

type Amounts = Map<string, Quantity>;

/**
 * Requests and limits of the pod as a whole, where the pod gives some of them (KEP 2837, on by
 * default since 1.34): missing ones follow from the containers, then from the limits. Changes `spec`.
 */
export function defaultPodLevelResources(spec: Fields): void {
  const resources = child(spec, "resources");
  if (resources === undefined) return;
  const given = { limits: size(resources, "limits"), requests: size(resources, "requests") };
  if (given.limits + given.requests === 0) return;

  const requestGiven = (name: string) => Object.hasOwn(child(resources, "requests") ?? {}, name);
  fill(resources, "limits", aggregate(spec, "limits"), (name) => {
    return isHugePage(name) && !requestGiven(name);
  });
  if (size(resources, "limits") > 0) {
    fill(resources, "requests", aggregate(spec, "requests"), (name) => !isHugePage(name));
    fill(resources, "requests", amounts(child(resources, "limits")), () => true);
  }
  if (given.limits === 0) {
    fill(resources, "limits", aggregate(spec, "limits"), (name) => {
      return !isHugePage(name) && everyContainerLimits(spec, name);
    });
  }
}

function size(resources: Fields, side: "limits" | "requests"): number {
  return Object.keys(child(resources, side) ?? {}).length;
}

function fill(
  resources: Fields,
  side: "limits" | "requests",
  from: Amounts,
  wanted: (name: string) => boolean,
): void {
  const target = new Map(Object.entries(child(resources, side) ?? {}));
  for (const [name, quantity] of from) {
    if (!target.has(name) && isPodLevel(name) && wanted(name)) {
      target.set(name, formatQuantity(quantity));
    }
  }
  if (target.size > 0) resources[side] = Object.fromEntries(target);
}

function isHugePage(name: string): boolean {
  return name.startsWith("hugepages-");
}

function isPodLevel(name: string): boolean {
  return name === "cpu" || name === "memory" || isHugePage(name);
}

function amounts(list: Fields | undefined): Amounts {
  const found: Amounts = new Map();
  for (const [name, value] of Object.entries(list ?? {})) {
    const quantity = readQuantity(value);
    if (quantity !== undefined) found.set(name, quantity);
  }
  return found;
}

function containerAmounts(container: Fields, side: "limits" | "requests"): Amounts {
  return amounts(child(child(container, "resources"), side));
}

function add(to: Amounts, from: Amounts): void {
  for (const [name, quantity] of from) {
    const before = to.get(name);
    to.set(name, before === undefined ? quantity : addQuantities(before, quantity));
  }
}

function raise(to: Amounts, from: Amounts): void {
  for (const [name, quantity] of from) {
    const before = to.get(name);
    if (before === undefined || compareQuantities(quantity, before) > 0) to.set(name, quantity);
  }
}

/** What the containers need together: their sum with the sidecars, or the peak while starting. */
function aggregate(spec: Fields, side: "limits" | "requests"): Amounts {
  const running: Amounts = new Map();
  const sidecars: Amounts = new Map();
  const starting: Amounts = new Map();
  for (const container of items(spec, "containers"))
    add(running, containerAmounts(container, side));
  for (const container of items(spec, "initContainers")) {
    const own = containerAmounts(container, side);
    if (text(container, "restartPolicy") === "Always") {
      add(running, own);
      add(sidecars, own);
      raise(starting, sidecars);
    } else {
      add(own, sidecars);
      raise(starting, own);
    }
  }
  raise(running, starting);
  return running;
}

function everyContainerLimits(spec: Fields, name: string): boolean {
  const sidecars = items(spec, "initContainers").filter(
    (container) => text(container, "restartPolicy") === "Always",
  );
  const all = [...items(spec, "containers"), ...sidecars];
  return all.every((container) => containerAmounts(container, "limits").has(name));
}
