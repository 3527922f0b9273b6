import type { ServiceView } from "../../manifests/services.ts";
import type { LookUp } from "./texts.ts";

/** Services of the input found by the names that pods use for them. */
export interface ServiceNames {
  /**
   * The Service that a host name means to a pod of the namespace: `cart`, `cart.shop`,
   * `cart.shop.svc`, `cart.shop.svc.cluster.local`, or a pod of a StatefulSet before any of these.
   */
  resolve(host: string, namespace: string): ServiceView | undefined;
  /** Whether a name has the form of a Service's full name, known or not. */
  looksInCluster(host: string): boolean;
  /** `CART_SERVICE_HOST` and `CART_SERVICE_PORT` as every container of the namespace has them. */
  variable(namespace: string): LookUp;
}

export function serviceNames(services: readonly ServiceView[]): ServiceNames {
  const byKey = new Map(services.map((service) => [service.key, service]));
  const namespaces = new Set(services.map(({ namespace }) => namespace));
  const exact = (labels: readonly string[], namespace: string): ServiceView | undefined => {
    const [name, given, ...rest] = labels;
    if (rest.length > 0 && rest[0] !== "svc") return undefined;
    return byKey.get(`${given ?? namespace}/${name}`);
  };
  const resolve = (host: string, namespace: string, depth = 0): ServiceView | undefined => {
    const labels = host.toLowerCase().replace(/\.$/, "").split(".");
    const service =
      exact(labels, namespace) ?? statefulPod(exact(labels.slice(1), namespace), labels);
    const target = externalName(service);
    if (target === undefined || service === undefined) return service;
    return depth > MAX_EXTERNAL_NAMES ? undefined : resolve(target, service.namespace, depth + 1);
  };
  return {
    resolve,
    looksInCluster(host) {
      const labels = host.replace(/\.$/, "").split(".");
      if (labels.length === 1) return true;
      if (labels[2] === "svc") return true;
      return labels.length === 2 && namespaces.has(labels[1] as string);
    },
    variable: (namespace) => serviceVariables(services, namespace),
  };
}

const MAX_EXTERNAL_NAMES = 5;

/** `mongo-0.mongo` names a pod behind the headless Service `mongo`. */
function statefulPod(
  service: ServiceView | undefined,
  labels: readonly string[],
): ServiceView | undefined {
  const pod = labels[0] ?? "";
  if (service === undefined || labels.length < 2 || !/-\d+$/.test(pod)) return undefined;
  const set = pod.replace(/-\d+$/, "");
  const ofSet = service.workloads.some((view) => view.kind === "StatefulSet" && view.name === set);
  return ofSet ? service : undefined;
}

function externalName(service: ServiceView | undefined): string | undefined {
  if (service?.type !== "ExternalName") return undefined;
  const { externalName: target } = service.entry.object.spec as { externalName?: unknown };
  return typeof target === "string" ? target : undefined;
}

function serviceVariables(services: readonly ServiceView[], namespace: string): LookUp {
  const values = new Map<string, string>();
  for (const service of services) {
    if (service.namespace !== namespace || service.headless) continue;
    const name = service.name.toUpperCase().replaceAll("-", "_");
    values.set(`${name}_SERVICE_HOST`, service.name);
    const first = service.ports[0];
    if (first !== undefined) values.set(`${name}_SERVICE_PORT`, String(first.port));
    for (const port of service.ports) {
      if (port.name === undefined) continue;
      const portName = port.name.toUpperCase().replaceAll("-", "_");
      values.set(`${name}_SERVICE_PORT_${portName}`, String(port.port));
    }
  }
  return (variable) => values.get(variable);
}
