import { hashText } from "../../store/index.ts";
import { AffinityLists, TIMEOUT_SETS } from "../affinity/index.ts";
import { maglevTable } from "../maglev/index.ts";
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

/** How endpoints are chosen without kube-proxy (Cilium's names). */
export interface EbpfOptions {
  /** For traffic from outside; inside the cluster the choice at connect time is always random. */
  readonly algorithm: "random" | "maglev";
  /** A prime. */
  readonly maglevTableSize: number;
}

const DEFAULTS: EbpfOptions = { algorithm: "random", maglevTableSize: 16_381 };

/**
 * Services without kube-proxy: programs at the socket. A client inside the cluster is connected to
 * the endpoint itself, at connect time: no packet ever carries the Service's address, nothing is
 * translated, and a capture shows only the endpoint. From outside, packets are translated, by a
 * random choice or by Maglev's table, under which all nodes agree on the endpoint of a flow.
 */
export class EbpfServiceProxy implements ServiceProxy {
  readonly kind = "ebpf";
  readonly #options: EbpfOptions;
  readonly #host: ProxyHost;
  readonly #directory: PortDirectory;
  readonly #affinity = new AffinityLists(TIMEOUT_SETS);
  readonly #tables = new Map<readonly unknown[], Int32Array>();
  #synced = false;

  constructor(host: ProxyHost, options: Partial<EbpfOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
    this.#host = host;
    this.#directory = new PortDirectory(host);
  }

  program(state: ProxyState): ProgramCost {
    const kind = this.#synced ? "partial" : "full";
    this.#synced = true;
    this.#directory.replace(state.ports);
    this.#tables.clear();
    const size = sizeOf(state);
    const written =
      kind === "full"
        ? size.services + size.endpoints
        : size.changedServices + size.changedEndpoints;
    return { kind, written, bytes: 0, ns: syncNs(this.kind, kind, size) };
  }

  route(connection: NewConnection, context: RouteContext): ProxyVerdict {
    const answer = this.#directory.ask(connection);
    if (answer === undefined) return passed(this.kind);
    if (answer.refusal !== undefined) {
      const verdict = answer.refusal === "no-endpoints" ? "reject" : "drop";
      return refusedBy(this.kind, answer.refusal, verdict);
    }
    const { key } = this.#choose(answer, connection, context);
    if (connection.origin !== "outside") {
      return acceptedBy(this.kind, key, "The socket was connected to the endpoint", "client");
    }
    const seen = masquerades(answer, connection, this.#host, key) ? "node" : "client";
    return acceptedBy(this.kind, key, `Translated, chosen by ${this.#options.algorithm}`, seen);
  }

  closed(): void {}

  #choose(
    { entry: { port }, endpoints }: DirectoryAnswer,
    connection: NewConnection,
    { nowNs, random }: RouteContext,
  ): ProxiedPort["cluster"][number] {
    const fresh = (): ProxiedPort["cluster"][number] => this.#fresh(endpoints, connection, random);
    return (
      stickyChoice(this.#affinity, port, endpoints, connection.source, nowNs, fresh) ?? fresh()
    );
  }

  #fresh(
    endpoints: ProxiedPort["cluster"],
    connection: NewConnection,
    random: () => number,
  ): ProxiedPort["cluster"][number] {
    if (connection.origin !== "outside" || this.#options.algorithm === "random") {
      return endpoints[Math.floor(random() * endpoints.length)] as ProxiedPort["cluster"][number];
    }
    const size = this.#options.maglevTableSize;
    let table = this.#tables.get(endpoints);
    if (table === undefined) {
      table = maglevTable(
        endpoints.map(({ key }) => key),
        size,
      );
      this.#tables.set(endpoints, table);
    }
    const { source, sourcePort, destination, destinationPort, protocol } = connection;
    const flow = `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
    const entry = table[hashText(flow) % size] as number;
    return endpoints[entry] as ProxiedPort["cluster"][number];
  }
}
