import type { EndpointSlice, Node, Service } from "../../../api/index.ts";
import type { Cluster } from "../../../cluster/index.ts";

/** What load balancers and their controllers find out about one Service of type LoadBalancer. */
export class BalancedService {
  readonly cluster: Cluster;
  /** `namespace/name`. */
  readonly key: string;
  readonly port: number;

  constructor(cluster: Cluster, key: string, port: number) {
    this.cluster = cluster;
    this.key = key;
    this.port = port;
  }

  get object(): Service | undefined {
    return this.cluster.store.get<Service>("Service", this.key);
  }

  get isLocal(): boolean {
    return this.object?.spec.externalTrafficPolicy === "Local";
  }

  slices(): readonly EndpointSlice[] {
    const namespace = this.key.slice(0, this.key.indexOf("/"));
    const name = this.key.slice(namespace.length + 1);
    return this.cluster.store
      .list<EndpointSlice>("EndpointSlice")
      .filter(
        ({ metadata }) =>
          metadata.namespace === namespace &&
          metadata.labels?.["kubernetes.io/service-name"] === name,
      );
  }

  nodes(): readonly Node[] {
    return this.cluster.store.list<Node>("Node");
  }

  readyPods(): readonly number[] {
    const { cluster } = this;
    const service = cluster.serviceIndex(this.key);
    return cluster.newestPort(service, cluster.portIndex(service, this.port))?.readyPods() ?? [];
  }

  /** What the proxy of a node does with a connection from outside, by what it believes. */
  routing(node: number): ReturnType<Cluster["route"]> {
    const { cluster } = this;
    const service = cluster.serviceIndex(this.key);
    return cluster.route(node, service, cluster.portIndex(service, this.port), "external");
  }

  /** Calls `listener` at every write that may concern it. */
  onWrite(listener: () => void): void {
    for (const kind of ["EndpointSlice", "Node", "Service"]) {
      this.cluster.store.onWrite(kind, listener);
    }
  }
}
