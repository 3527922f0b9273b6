import type { EndpointSlice, Service } from "../../api/index.ts";

export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";
export const MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by";
export const HEADLESS_LABEL = "service.kubernetes.io/headless";
/** The value of the managed-by label on slices that the EndpointSlice controller owns. */
export const CONTROLLER_NAME = "endpointslice-controller.k8s.io";

const RESERVED: ReadonlySet<string> = new Set([
  SERVICE_NAME_LABEL,
  MANAGED_BY_LABEL,
  HEADLESS_LABEL,
]);

type Labels = Readonly<Record<string, string>>;

/** Labels that a slice of the Service carries: the Service's own and the reserved ones. */
export function sliceLabels(service: Service): Labels {
  const labels: Record<string, string> = Object.fromEntries(unreserved(service.metadata.labels));
  if (isHeadless(service)) labels[HEADLESS_LABEL] = "";
  labels[SERVICE_NAME_LABEL] = service.metadata.name;
  labels[MANAGED_BY_LABEL] = CONTROLLER_NAME;
  return labels;
}

/** Whether the Service's labels have changed since they were copied to the slice. */
export function labelsDiffer(slice: EndpointSlice, service: Service): boolean {
  const have = new Map(unreserved(slice.metadata.labels));
  const want = unreserved(service.metadata.labels);
  return have.size !== want.length || want.some(([key, value]) => have.get(key) !== value);
}

export function isHeadless(service: Service): boolean {
  const { clusterIP } = service.spec;
  return clusterIP === undefined || clusterIP === "" || clusterIP === "None";
}

export function sameLabels(a: Labels | undefined, b: Labels | undefined): boolean {
  const left = Object.entries(a ?? {});
  const right = b ?? {};
  return (
    left.length === Object.keys(right).length &&
    left.every(([key, value]) => Object.hasOwn(right, key) && right[key] === value)
  );
}

function unreserved(labels: Labels | undefined): [string, string][] {
  return Object.entries(labels ?? {}).filter(([key]) => !RESERVED.has(key));
}

/** `namespace/name` of the Service that a slice belongs to. */
export function serviceKeyOfSlice({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  if (name === undefined) return undefined;
  return metadata.namespace === undefined ? name : `${metadata.namespace}/${name}`;
}
