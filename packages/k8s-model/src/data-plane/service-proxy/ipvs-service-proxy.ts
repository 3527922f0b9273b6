import { AffinityLists, TIMEOUT_SETS } from "../affinity/index.ts";
import { type IpvsScheduler, type RealServer, VirtualServer } from "../ipvs/index.ts";
import type { ProxiedPort, ProxyState } from "../proxied-port/index.ts";
import { syncNs } from "../proxy-costs/index.ts";
import { type DirectoryAnswer, masquerades, PortDirectory } from "./port-directory.ts";
import { acceptedBy, passed, refusedBy } from "./refusal.ts";
import { sizeOf } from "./rule-service-proxy.ts";
import type {
  NewConnection,
  ProgramCost,
  ProxyHost,
  ProxyVerdict,
  RouteContext,
  ServiceProxy,
} from "./service-proxy.ts";
import { stickyChoice } from "./sticky-choice.ts";

/**
 * kube-proxy in ipvs mode (deprecated since Kubernetes 1.35): a virtual server per address and port
 * in the kernel, with a scheduler. Whatever finds no endpoint is refused: the addresses belong to the
 * node, so that nothing leaks. Not atomic: real kernels take changes one by one.
 */
export class IpvsServiceProxy implements ServiceProxy {
  readonly kind = "ipvs";
  readonly #scheduler: IpvsScheduler;
  readonly #host: ProxyHost;
  readonly #directory: PortDirectory;
  readonly #servers = new Map<string, VirtualServer>();
  readonly #affinity = new AffinityLists({ ...TIMEOUT_SETS, capacity: Number.POSITIVE_INFINITY });
  #synced = false;

  constructor(host: ProxyHost, scheduler: IpvsScheduler = "rr") {
    this.#scheduler = scheduler;
    this.#host = host;
    this.#directory = new PortDirectory(host);
  }

  program(state: ProxyState): ProgramCost {
    const full = !this.#synced;
    this.#synced = true;
    this.#directory.replace(state.ports);
    const names = new Set<string>();
    let written = 0;
    for (const port of state.ports) {
      for (const [name, endpoints] of virtualServers(port)) {
        names.add(name);
        const known = this.#servers.get(name);
        const server = known ?? new VirtualServer(this.#scheduler);
        this.#servers.set(name, server);
        if (known !== undefined && !full && !state.changed.has(port.service)) continue;
        server.update(endpoints.map(({ key }) => ({ key, weight: 1 })));
        written += 1 + endpoints.length;
      }
    }
    for (const name of this.#servers.keys()) if (!names.has(name)) this.#servers.delete(name);
    const kind = full ? "full" : "partial";
    return { kind, written, bytes: 0, ns: syncNs(this.kind, kind, sizeOf(state)) };
  }

  route(connection: NewConnection, { nowNs }: RouteContext): ProxyVerdict {
    const answer = this.#directory.ask(connection);
    if (answer === undefined) {
      return this.#directory.hasAddress(connection.destination)
        ? { ...passed(this.kind), verdict: "reject", reason: "The Service has no such port" }
        : passed(this.kind);
    }
    if (answer.refusal === "source-range") return refusedBy(this.kind, answer.refusal, "drop");
    if (answer.refusal !== undefined) return refusedBy(this.kind, answer.refusal, "reject");
    const name = serverName(answer);
    const server = this.#choose(name, answer, connection, nowNs);
    if (server === undefined) return refusedBy(this.kind, "no-endpoints", "reject");
    if (connection.protocol === "UDP") server.inactive++;
    else server.active++;
    const seen = masquerades(answer, connection, this.#host, server.key) ? "node" : "client";
    return acceptedBy(this.kind, server.key, `Chosen by the scheduler ${this.#scheduler}`, seen);
  }

  closed(connection: NewConnection, endpoint: string): void {
    const answer = this.#directory.ask(connection);
    const virtual = answer && this.#servers.get(serverName(answer));
    const server = virtual?.servers.find(({ key }) => key === endpoint);
    if (server === undefined) return;
    if (connection.protocol === "UDP") server.inactive--;
    else server.active--;
    virtual?.dropIdle();
  }

  #choose(
    name: string,
    { entry: { port } }: DirectoryAnswer,
    connection: NewConnection,
    nowNs: number,
  ): RealServer | undefined {
    const virtual = this.#servers.get(name);
    if (virtual === undefined) return undefined;
    if (port.affinitySeconds === undefined) return virtual.schedule(connection);
    const open = virtual.servers.filter(({ weight }) => weight > 0);
    return stickyChoice(this.#affinity, port, open, connection.source, nowNs, () =>
      virtual.schedule(connection),
    );
  }
}

/** Cluster and local endpoints are two lists; each address of a Service uses one of them. */
function virtualServers({
  name,
  protocol,
  cluster,
  local,
}: ProxiedPort): readonly (readonly [string, ProxiedPort["cluster"]])[] {
  return [
    [`${name} ${protocol} cluster`, cluster],
    [`${name} ${protocol} local`, local],
  ];
}

function serverName({ entry: { port }, endpoints }: DirectoryAnswer): string {
  const list = endpoints === port.local && endpoints !== port.cluster ? "local" : "cluster";
  return `${port.name} ${port.protocol} ${list}`;
}
