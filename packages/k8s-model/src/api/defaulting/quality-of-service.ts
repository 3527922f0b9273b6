import { compareQuantities, type Quantity, quantitySign } from "../quantity.ts";
import { readQuantity } from "../schema/amount.ts";
import { child, type Fields, items } from "../schema/fields.ts";

export type QualityOfService = "Guaranteed" | "Burstable" | "BestEffort";

const COUNTED = ["cpu", "memory"] as const;

/** The class that decides who is evicted first, from the CPU and memory of all containers. */
export function qualityOfService(spec: Fields): QualityOfService {
  const own = child(spec, "resources");
  const podLevel = own !== undefined && Object.keys(own).length > 0;
  const holders = podLevel
    ? [own]
    : [...items(spec, "initContainers"), ...items(spec, "containers")].map((container) =>
        child(container, "resources"),
      );
  const pairs = holders.flatMap((holder) =>
    COUNTED.map((name) => ({
      request: amount(child(holder, "requests"), name),
      limit: amount(child(holder, "limits"), name),
    })),
  );
  const any = pairs.some(({ request, limit }) => request !== undefined || limit !== undefined);
  if (!any) return "BestEffort";
  const equal = pairs.every(
    ({ request, limit }) =>
      request !== undefined && limit !== undefined && compareQuantities(request, limit) === 0,
  );
  return equal ? "Guaranteed" : "Burstable";
}

function amount(list: Fields | undefined, name: string): Quantity | undefined {
  const quantity = readQuantity(list?.[name]);
  return quantity !== undefined && quantitySign(quantity) > 0 ? quantity : undefined;
}
