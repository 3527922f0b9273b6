import type { ServicePort } from "../api/service.ts";
import { isFields, listOf } from "./guards.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { runningContainers, type WorkloadView } from "./workloads.ts";

/** A Service of the input with the workloads whose pods it selects. */
export interface ServiceView {
  /** `NAMESPACE/NAME`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly entry: ManifestObject;
  /** Absent type means ClusterIP. */
  readonly type: string;
  readonly headless: boolean;
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly ports: readonly ServicePort[];
  readonly workloads: readonly WorkloadView[];
}

/** The Services of the input, ordered by key. */
export function servicesOf(
  objects: readonly ManifestObject[],
  workloads: readonly WorkloadView[],
): ServiceView[] {
  const services = objects.filter(
    ({ object }) => object.kind === "Service" && object.apiVersion === "v1",
  );
  return services
    .map((entry) => serviceView(entry, workloads))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function serviceView(entry: ManifestObject, workloads: readonly WorkloadView[]): ServiceView {
  const { metadata } = entry.object;
  const spec = isFields(entry.object.spec) ? entry.object.spec : {};
  const namespace = metadata.namespace ?? "";
  const isExternal = spec.type === "ExternalName";
  const selector =
    isFields(spec.selector) && Object.keys(spec.selector).length > 0 && !isExternal
      ? (spec.selector as Readonly<Record<string, string>>)
      : undefined;
  return {
    key: `${namespace}/${metadata.name}`,
    namespace,
    name: metadata.name,
    entry,
    type: typeof spec.type === "string" ? spec.type : "ClusterIP",
    headless: spec.clusterIP === "None",
    selector,
    ports: listOf(spec.ports).flatMap(soundPort),
    workloads:
      selector === undefined
        ? []
        : workloads.filter(
            (view) => view.namespace === namespace && hasLabels(view.labels, selector),
          ),
  };
}

/** The port without fields of a wrong type, which are validation's to report. */
function soundPort(port: unknown): ServicePort[] {
  if (!isFields(port) || typeof port.port !== "number") return [];
  const { name, protocol, appProtocol, targetPort } = port;
  const sound: Record<string, unknown> = { port: port.port };
  if (typeof name === "string") sound.name = name;
  if (typeof protocol === "string") sound.protocol = protocol;
  if (typeof appProtocol === "string") sound.appProtocol = appProtocol;
  if (typeof targetPort === "string" || typeof targetPort === "number") {
    sound.targetPort = targetPort;
  }
  return [sound as unknown as ServicePort];
}

function hasLabels(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

/** A port that a container of a workload declares. */
export interface DeclaredPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol: string;
}

/** Ports declared by the containers of a workload's pods, sidecars included. */
export function declaredPorts(view: WorkloadView): DeclaredPort[] {
  return runningContainers(view).flatMap(({ container }) =>
    listOf(container.ports).flatMap((port) => {
      if (!isFields(port) || typeof port.containerPort !== "number") return [];
      const protocol = typeof port.protocol === "string" ? port.protocol : "TCP";
      const declared = { containerPort: port.containerPort, protocol };
      return [typeof port.name === "string" ? { ...declared, name: port.name } : declared];
    }),
  );
}

/** The container port that a Service's port leads to in a workload; undefined for an unknown name. */
export function targetPortNumber(port: ServicePort, view: WorkloadView): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target === 0 ? port.port : target;
  const protocol = port.protocol ?? "TCP";
  const named = declaredPorts(view).find(
    (declared) => declared.name === target && declared.protocol === protocol,
  );
  return named?.containerPort;
}
