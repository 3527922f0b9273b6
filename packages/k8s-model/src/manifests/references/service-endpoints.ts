import type { Diagnostic } from "../diagnostic.ts";
import { listOf } from "../guards.ts";
import type { ManifestObject } from "../manifest-object.ts";
import type { ServiceView } from "../services.ts";
import type { WorkloadView } from "../workloads.ts";
import { selectorText } from "./target-ports.ts";

const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** Services that nothing stands behind: a selector without pods, or neither selector nor slices. */
export function serviceEndpointDiagnostics(
  objects: readonly ManifestObject[],
  services: readonly ServiceView[],
  workloads: readonly WorkloadView[],
): Diagnostic[] {
  const slices = objects.filter(({ object }) => object.kind === "EndpointSlice");
  const served = new Set(
    slices.filter(({ object }) => listOf(object.endpoints).length > 0).map(sliceService),
  );
  const known = new Set(services.map(({ key }) => key));
  return [
    ...services.flatMap((service) => {
      if (served.has(service.key) || service.workloads.length > 0) return [];
      if (service.type === "ExternalName" || service.key === "default/kubernetes") return [];
      return service.selector === undefined
        ? [withoutSelector(objects, service)]
        : [matchesNothing(service, workloads)];
    }),
    ...slices.filter((slice) => !known.has(sliceService(slice))).map(orphanSlice),
  ];
}

function sliceService({ object }: ManifestObject): string {
  const { namespace, labels } = object.metadata;
  return `${namespace}/${labels?.[SERVICE_NAME_LABEL] ?? ""}`;
}

function matchesNothing(service: ServiceView, workloads: readonly WorkloadView[]): Diagnostic {
  const inNamespace = workloads.filter((view) => view.namespace === service.namespace);
  const near = inNamespace.find((view) => sharesLabel(view, service));
  const field = "spec.selector";
  const elsewhere = workloads.find(
    (view) => view.namespace !== service.namespace && matches(view, service),
  );
  const remedy =
    elsewhere !== undefined
      ? `${elsewhere.kind} "${elsewhere.name}" would fit but is in namespace ${elsewhere.namespace}; move one of them`
      : near === undefined
        ? "correct the selector, or add the workload to the input"
        : `${near.kind} "${near.name}" (${place(near)}) has ${labelText(near)}; make selector and labels agree`;
  return {
    code: "selector-matches-nothing",
    severity: "warning",
    message: `Service "${service.name}": the selector ${selectorText(service)} matches no pod of the input, so it has no endpoints.`,
    remedy,
    at: service.entry.position(field),
    field,
  };
}

function sharesLabel(view: WorkloadView, service: ServiceView): boolean {
  return (
    Object.entries(service.selector ?? {}).some(
      ([key, value]) =>
        Object.hasOwn(view.labels, key) && (view.labels[key] === value || key === "app"),
    ) || view.name === service.name
  );
}

function matches(view: WorkloadView, service: ServiceView): boolean {
  return Object.entries(service.selector ?? {}).every(
    ([key, value]) => Object.hasOwn(view.labels, key) && view.labels[key] === value,
  );
}

function labelText(view: WorkloadView): string {
  const labels = Object.entries(view.labels).map(([key, value]) => `${key}=${value}`);
  return labels.length === 0 ? "no labels on its pods" : labels.slice(0, 6).join(",");
}

function place(view: WorkloadView): string {
  const { file, line } = view.entry.position([
    ...view.podSpecPath.slice(0, -1),
    "metadata",
    "labels",
  ]);
  return `${file}:${line}`;
}

function withoutSelector(objects: readonly ManifestObject[], service: ServiceView): Diagnostic {
  const legacy = objects.some(
    ({ object }) =>
      object.kind === "Endpoints" &&
      object.metadata.name === service.name &&
      (object.metadata.namespace ?? service.namespace) === service.namespace,
  );
  return {
    code: "service-without-endpoints",
    severity: "warning",
    message: `Service "${service.name}" has no selector, and the input has no EndpointSlice with endpoints for it${legacy ? " (its Endpoints object is not read)" : ""}.`,
    remedy: `add a selector, or an EndpointSlice with the label ${SERVICE_NAME_LABEL}: ${service.name}`,
    at: service.entry.position("spec"),
    field: "spec.selector",
  };
}

function orphanSlice(slice: ManifestObject): Diagnostic {
  const { name, labels } = slice.object.metadata;
  const service = labels?.[SERVICE_NAME_LABEL];
  return {
    code: "slice-without-service",
    severity: "warning",
    message:
      service === undefined
        ? `EndpointSlice "${name}" lacks the label ${SERVICE_NAME_LABEL}, so no Service uses it.`
        : `EndpointSlice "${name}" belongs to Service "${service}", which the input does not have.`,
    remedy: "add the Service to the input, or correct the label",
    at: slice.position("metadata.labels"),
    field: "metadata.labels",
  };
}
