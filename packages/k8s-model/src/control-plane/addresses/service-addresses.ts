import type { IPFamily, KubeObject, Service, ServicePort } from "../../api/index.ts";
import { objectKey } from "../../api/index.ts";
import { hashText } from "../../store/index.ts";

/** Addresses of 10.96.0.0/12, kubeadm's default range for Services. */
const SERVICE_RANGE = 1_048_576;
const NODE_PORT_FIRST = 30_000;
const NODE_PORT_COUNT = 2768;

/** The last groups of an address, without leading zeros. */
function ipv6Host(host: number): string {
  const low = (host & 65_535).toString(16);
  return host < 65_536 ? low : `${(host >>> 16).toString(16)}:${low}`;
}

/**
 * ClusterIPs and node ports for Services that ask for them and have none.
 *
 * Symbolic: unique, and fixed by the Service's name as far as collisions allow, so that one more
 * Service moves no other. Real clusters choose at random within bands (KEP 3070, KEP 3668).
 */
export class ServiceAddresses {
  readonly #clusterIPs = new Set<string>();
  readonly #nodePorts = new Set<number>();

  /** What the API server completes as a Service is created. */
  admit(object: KubeObject): KubeObject {
    const service = object as Service;
    const { type = "ClusterIP" } = service.spec;
    if (type === "ExternalName") return service;
    const families = service.spec.ipFamilies ?? ["IPv4"];
    const given = service.spec.clusterIPs ?? [service.spec.clusterIP ?? ""];
    const headless = given[0] === "None";
    const clusterIPs = headless
      ? ["None"]
      : families.map((family, index) => this.#clusterIP(service, family, given[index] ?? ""));
    const wantsNodePorts = type === "NodePort" || type === "LoadBalancer";
    const ports = wantsNodePorts
      ? (service.spec.ports ?? []).map((port) => this.#withNodePort(service, port))
      : service.spec.ports;
    const spec = {
      ...service.spec,
      type,
      clusterIP: clusterIPs[0] ?? "",
      clusterIPs,
      ipFamilies: families,
      ...(ports === undefined ? {} : { ports }),
    };
    return { ...service, spec };
  }

  #clusterIP(service: Service, family: IPFamily, given: string): string {
    if (given !== "") {
      this.#clusterIPs.add(given);
      return given;
    }
    const start = hashText(`${objectKey(service)}/${family}`) % SERVICE_RANGE;
    for (let step = 0; ; step++) {
      const host = (start + step) % SERVICE_RANGE;
      if (host === 0 || host === SERVICE_RANGE - 1) continue;
      const address =
        family === "IPv4"
          ? `10.${96 + (host >>> 16)}.${(host >>> 8) & 255}.${host & 255}`
          : `fd00:10:96::${ipv6Host(host)}`;
      if (this.#clusterIPs.has(address)) continue;
      this.#clusterIPs.add(address);
      return address;
    }
  }

  #withNodePort(service: Service, port: ServicePort): ServicePort {
    if ((port.nodePort ?? 0) !== 0) {
      this.#nodePorts.add(port.nodePort as number);
      return port;
    }
    const start = hashText(`${objectKey(service)}/${port.name ?? port.port}`) % NODE_PORT_COUNT;
    for (let step = 0; step < NODE_PORT_COUNT; step++) {
      const nodePort = NODE_PORT_FIRST + ((start + step) % NODE_PORT_COUNT);
      if (this.#nodePorts.has(nodePort)) continue;
      this.#nodePorts.add(nodePort);
      return { ...port, nodePort };
    }
    return port;
  }
}
