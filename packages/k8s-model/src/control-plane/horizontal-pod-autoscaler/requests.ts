import {
  type Container,
  type Pod,
  parseQuantity,
  quantityMilliValue,
  quantityText,
  type ResourceList,
} from "../../api/index.ts";
import { MetricError } from "./metric-error.ts";

/**
 * What a pod requests of a resource (milli), as the autoscaler counts it: the pod's own request, or
 * else the sum over its containers and sidecars, or one container's. A container without the request
 * makes the whole metric fail.
 */
export function podRequestMilli(pod: Pod, resource: string, container?: string): number {
  const { spec } = pod;
  const { requests } = (spec.resources ?? {}) as { readonly requests?: ResourceList };
  if (container === undefined && requests?.[resource] !== undefined) {
    return milli(requests[resource]);
  }
  const sidecars = (spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === "Always",
  );
  const all = [...spec.containers, ...sidecars];
  const counted = container === undefined ? all : all.filter(({ name }) => name === container);
  if (container !== undefined && counted.length === 0) {
    const message = `container ${container} not found in Pod ${pod.metadata.name}`;
    throw new MetricError("missing-request", message);
  }
  return counted.reduce((sum, one) => sum + requestOf(pod, one, resource), 0);
}

function requestOf({ metadata }: Pod, { name, resources }: Container, resource: string): number {
  const request = resources?.requests?.[resource];
  if (request !== undefined) return milli(request);
  throw new MetricError(
    "missing-request",
    `missing request for ${resource} in container ${name} of Pod ${metadata.name}`,
  );
}

const milli = (value: string | number): number =>
  Number(quantityMilliValue(parseQuantity(quantityText(value))));
