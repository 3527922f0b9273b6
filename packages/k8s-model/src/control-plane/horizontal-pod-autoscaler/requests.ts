import {
  type Container,
  type Pod,
  parseQuantity,
  quantityMilliValue,
  quantityText,
  type ResourceList,
} from "../../api/index.ts";
import { podRequests } from "../scheduler/resources.ts";
import { MetricError } from "./metric-error.ts";

/**
 * What a pod requests of a resource (milli), as the autoscaler counts it: with requests on the pod
 * itself what the scheduler counts, or else the sum over its containers and sidecars, or one container's. A container without the request
 * makes the whole metric fail.
 */
export function podRequestMilli(pod: Pod, resource: string, container?: string): number {
  const { spec } = pod;
  if (container === undefined && hasOwnRequests(pod)) return requestOfPod(pod, resource);
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

/** Whether requests are set on the pod itself: they then count for all resources, overhead included. */
function hasOwnRequests({ spec }: Pod): boolean {
  const { requests } = (spec.resources ?? {}) as { readonly requests?: ResourceList };
  return Object.keys(requests ?? {}).length > 0;
}

function requestOfPod({ spec, metadata }: Pod, resource: string): number {
  const { milliCpu, memory } = podRequests(spec);
  const request = resource === "cpu" ? milliCpu : resource === "memory" ? memory * 1000 : 0;
  if (request > 0) return request;
  throw new MetricError(
    "missing-request",
    `missing pod-level request for ${resource} in Pod ${metadata.name}`,
  );
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
