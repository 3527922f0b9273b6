import type { EndpointSubset, Endpoints, Service } from "../../api/index.ts";
import { HEADLESS_LABEL, isHeadless, sameLabels } from "../endpoint-slice/labels.ts";
import { LAST_CHANGE_TRIGGER_TIME } from "../endpoint-slice/trigger-annotation.ts";
import { sameSubsets } from "./same-subsets.ts";
import { addressCount, truncateSubsets } from "./truncate.ts";

export const OVER_CAPACITY_ANNOTATION = "endpoints.kubernetes.io/over-capacity";
const ENDPOINTS_MANAGED_BY_LABEL = "endpoints.kubernetes.io/managed-by";
const ENDPOINTS_CONTROLLER_NAME = "endpoint-controller";

/** Addresses in one object from 1.22 on. */
export const DEFAULT_MAX_ENDPOINTS_PER_OBJECT = 1000;

export interface EndpointsInput {
  readonly service: Service;
  /** The subsets that the pods make, in canonical order, not truncated. */
  readonly subsets: readonly EndpointSubset[];
  readonly current: Endpoints | undefined;
  /** `null`: no limit, as before 1.22. */
  readonly maxEndpointsPerObject: number | null;
  /** RFC 3339, or `undefined` where nothing gives a time: the annotation goes. */
  readonly triggerTime: string | undefined;
}

export type EndpointsOutput =
  | { readonly action: "none" }
  | { readonly action: "create" | "update"; readonly endpoints: Endpoints };

/**
 * One sync of the Endpoints controller of 1.36: what it writes for a Service.
 *
 * Over the capacity it writes at every sync, whether anything changed or not, because it compares
 * what it would list with what was cut off; so does the first sync that is under it again.
 */
export function reconcileEndpoints(input: EndpointsInput): EndpointsOutput {
  const { current } = input;
  if (current !== undefined && isUpToDate(input, current)) return { action: "none" };
  return {
    action: current === undefined ? "create" : "update",
    endpoints: endpointsOf(input),
  };
}

function isUpToDate(
  { service, subsets, maxEndpointsPerObject }: EndpointsInput,
  current: Endpoints,
): boolean {
  const { labels, annotations = {} } = current.metadata;
  const isMarked = Object.hasOwn(annotations, OVER_CAPACITY_ANNOTATION);
  const isOver =
    addressCount(current.subsets) > (maxEndpointsPerObject ?? Number.POSITIVE_INFINITY);
  return (
    !isMarked &&
    !isOver &&
    sameSubsets(current.subsets ?? [], subsets) &&
    sameLabels(ownLabels(labels), service.metadata.labels)
  );
}

function ownLabels(labels: Endpoints["metadata"]["labels"]): Record<string, string> {
  const {
    [HEADLESS_LABEL]: _,
    [ENDPOINTS_MANAGED_BY_LABEL]: __,
    ...own
  } = (labels ?? {}) as Record<string, string>;
  return own;
}

function endpointsOf(input: EndpointsInput): Endpoints {
  const { service, current, triggerTime } = input;
  const capacity = input.maxEndpointsPerObject ?? Number.POSITIVE_INFINITY;
  const subsets = truncateSubsets(input.subsets, capacity);
  const {
    [LAST_CHANGE_TRIGGER_TIME]: _,
    [OVER_CAPACITY_ANNOTATION]: __,
    ...others
  } = (current?.metadata.annotations ?? {}) as Record<string, string>;
  const annotations = {
    ...others,
    ...(triggerTime === undefined ? {} : { [LAST_CHANGE_TRIGGER_TIME]: triggerTime }),
    ...(subsets === input.subsets ? {} : { [OVER_CAPACITY_ANNOTATION]: "truncated" }),
  };
  const { [HEADLESS_LABEL]: ___, ...serviceLabels } = (service.metadata.labels ?? {}) as Record<
    string,
    string
  >;
  const { annotations: ____, ...metadata } = current?.metadata ?? {
    name: service.metadata.name,
    ...(service.metadata.namespace === undefined ? {} : { namespace: service.metadata.namespace }),
  };
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      ...metadata,
      labels: {
        ...serviceLabels,
        ...(isHeadless(service) ? { [HEADLESS_LABEL]: "" } : {}),
        [ENDPOINTS_MANAGED_BY_LABEL]: ENDPOINTS_CONTROLLER_NAME,
      },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
}
