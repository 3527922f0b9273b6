import { formatIP, parseIP } from "../../address/index.ts";
import type { ServicePort } from "../../api/service.ts";
import { type Fields, isFields, labelsOf, listOf } from "../../manifests/guards.ts";
import type { ManifestObject } from "../../manifests/manifest-object.ts";
import { type ServiceView, servicesOf, targetPortNumber } from "../../manifests/services.ts";
import { type WorkloadView, workloadsOf } from "../../manifests/workloads.ts";

/** Who has an address. */
export type AddressOwner =
  | { readonly kind: "pod"; readonly workload: WorkloadView; readonly zone: string | undefined }
  | { readonly kind: "node"; readonly zone: string | undefined }
  | { readonly kind: "service"; readonly view: ServiceView };

/** Whose the addresses of a cluster are, from its pods, nodes and Services as a dump has them. */
export interface AddressBook {
  /** Undefined: an address outside of the cluster. */
  owner(address: string): AddressOwner | undefined;
  /** The pod's workload by `NAMESPACE/POD`. */
  pod(
    key: string,
  ): { readonly workload: WorkloadView; readonly zone: string | undefined } | undefined;
  /** `NAMESPACE/SERVICE:PORT` that leads to a port of an owner; undefined where none does. */
  serviceAt(owner: AddressOwner, port: number, protocol: string): string | undefined;
  /** The same for a workload by `NAMESPACE/NAME`. */
  serviceOf(workload: string, port: number, protocol: string): string | undefined;
  /** How many pods have an address: none in manifests that were never applied. */
  readonly podAddresses: number;
}

/** Reads the book from manifests or a dump (`kubectl get pods,nodes,services -A -o json`). */
export function addressBook(objects: readonly ManifestObject[]): AddressBook {
  const workloads = workloadsOf(objects);
  const services = servicesOf(objects, workloads);
  const zones = nodeZones(objects);
  const owners = new Map<string, AddressOwner>();
  const pods = new Map<string, { workload: WorkloadView; zone: string | undefined }>();
  for (const workload of workloads) {
    for (const { object } of workload.pods) {
      const { spec, status } = object as { readonly spec?: unknown; readonly status?: unknown };
      const nodeName = isFields(spec) ? String(spec.nodeName ?? "") : "";
      const zone = zones.get(nodeName);
      pods.set(`${object.metadata.namespace ?? ""}/${object.metadata.name}`, { workload, zone });
      // Pods on the host's network cannot be told from their node by address.
      if (isFields(spec) && spec.hostNetwork === true) continue;
      for (const address of podAddresses(status))
        owners.set(address, { kind: "pod", workload, zone });
    }
  }
  const podCount = owners.size;
  for (const view of services) {
    for (const address of serviceAddresses(view)) owners.set(address, { kind: "service", view });
  }
  for (const { object } of objects) {
    if (object.kind !== "Node") continue;
    const zone = zones.get(object.metadata.name);
    for (const address of nodeAddresses(object.status)) owners.set(address, { kind: "node", zone });
  }
  const ports = new ServicePorts(services);
  return {
    owner: (address) => owners.get(canonical(address)),
    pod: (key) => pods.get(key),
    serviceAt: (owner, port, protocol) => ports.at(owner, port, protocol),
    serviceOf: (workload, port, protocol) => ports.ofWorkload(workload, port, protocol),
    podAddresses: podCount,
  };
}

/** Which Service leads to a port, found once for each. */
class ServicePorts {
  readonly #byTarget = new Map<string, string>();

  constructor(services: readonly ServiceView[]) {
    for (const view of services) {
      for (const port of view.ports) {
        const name = `${view.key}:${port.port}`;
        this.#set(`service ${view.key}`, port.port, port, name);
        const { nodePort } = nodePortOf(view, port);
        if (nodePort !== undefined) this.#set("node", nodePort, port, name);
        for (const workload of view.workloads) {
          const target = targetPortNumber(port, workload);
          if (target === undefined) continue;
          this.#set(`pod ${workload.key}`, target, port, name);
          this.#set(`pod ${workload.namespace}/${workload.name}`, target, port, name);
        }
      }
    }
  }

  at(owner: AddressOwner, port: number, protocol: string): string | undefined {
    const who =
      owner.kind === "pod"
        ? `pod ${owner.workload.key}`
        : owner.kind === "node"
          ? "node"
          : `service ${owner.view.key}`;
    return this.#byTarget.get(`${who} ${port} ${protocol}`);
  }

  ofWorkload(workload: string, port: number, protocol: string): string | undefined {
    return this.#byTarget.get(`pod ${workload} ${port} ${protocol}`);
  }

  /** Of several Services over the same pods and port the first by name stands for all. */
  #set(who: string, number: number, { protocol = "TCP" }: ServicePort, name: string): void {
    const key = `${who} ${number} ${protocol}`;
    if (!this.#byTarget.has(key)) this.#byTarget.set(key, name);
  }
}

/** Node ports are not among the fields that inference reads: they are taken from the object. */
function nodePortOf(
  { entry }: ServiceView,
  { port, protocol }: ServicePort,
): { readonly nodePort?: number } {
  const { spec } = entry.object;
  const found = listOf(isFields(spec) ? spec.ports : undefined).find(
    (each): each is Fields =>
      isFields(each) && each.port === port && (each.protocol ?? "TCP") === (protocol ?? "TCP"),
  );
  return typeof found?.nodePort === "number" ? { nodePort: found.nodePort } : {};
}

function nodeZones(objects: readonly ManifestObject[]): ReadonlyMap<string, string> {
  const zones = new Map<string, string>();
  for (const { object } of objects) {
    if (object.kind !== "Node") continue;
    const labels = labelsOf(object.metadata);
    const zone = labels["topology.kubernetes.io/zone"];
    if (zone !== undefined) zones.set(object.metadata.name, zone);
  }
  return zones;
}

function podAddresses(status: unknown): readonly string[] {
  if (!isFields(status)) return [];
  const listed = listOf(status.podIPs).map((each) => (isFields(each) ? each.ip : undefined));
  return texts([status.podIP, ...listed]);
}

function nodeAddresses(status: unknown): readonly string[] {
  const all = listOf(isFields(status) ? status.addresses : undefined);
  return texts(all.map((each) => (isFields(each) ? each.address : undefined)));
}

function serviceAddresses({ entry }: ServiceView): readonly string[] {
  const { spec, status } = entry.object as { readonly spec?: unknown; readonly status?: unknown };
  const balancer = isFields(status) && isFields(status.loadBalancer) ? status.loadBalancer : {};
  const ingress = listOf(balancer.ingress).map((each) => (isFields(each) ? each.ip : undefined));
  if (!isFields(spec)) return texts(ingress);
  return texts([
    spec.clusterIP,
    ...listOf(spec.clusterIPs),
    ...listOf(spec.externalIPs),
    ...ingress,
  ]);
}

/** Those that are addresses, each in its one spelling. */
function texts(values: readonly unknown[]): readonly string[] {
  return values.flatMap((value) => {
    const address = typeof value === "string" ? parseIP(value) : undefined;
    return address === undefined ? [] : [formatIP(address)];
  });
}

function canonical(address: string): string {
  if (!address.includes(":")) return address;
  const parsed = parseIP(address);
  return parsed === undefined ? address : formatIP(parsed);
}
