import type { Service } from "../../api/index.ts";
import { AffinityLists, RECENT_LISTS } from "../../data-plane/index.ts";
import type { Store } from "../../store/index.ts";

/** Kubernetes' default of `sessionAffinityConfig.clientIP.timeoutSeconds`: three hours. */
const DEFAULT_TIMEOUT_SECONDS = 10_800;
const NONE = -1;
const OUTSIDE = -1;

/**
 * Session affinity `ClientIP` on every node, kept as kube-proxy's iptables mode does: a list of client
 * addresses for each endpoint of a Service port, renewed by each new connection. A pod's address is its own;
 * users outside are so many that none of them is known again. What the Service says counts at once, on
 * every node.
 */
export class SessionAffinity {
  readonly #store: Store;
  readonly #nodes = new Map<number, AffinityLists>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The endpoint that a new connection gets: the client's own, where it is still one, or `drawn`. */
  choose(
    node: number,
    port: { readonly service: string; readonly port: number },
    caller: number,
    endpoints: readonly number[],
    drawn: number,
    nowNs: number,
  ): number {
    const seconds = this.#timeoutOf(port.service);
    if (seconds === NONE || caller === OUTSIDE) return drawn;
    const lists = this.#listsOf(node);
    const client = String(caller);
    const listOf = (pod: number): string => `${port.service}:${port.port} ${pod}`;
    const own = endpoints.find((pod) => lists.seen(listOf(pod), client, nowNs, seconds)) ?? drawn;
    lists.remember(listOf(own), client, nowNs, seconds);
    return own;
  }

  #timeoutOf(service: string): number {
    const spec = this.#store.get<Service>("Service", service)?.spec;
    const given = spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds;
    return spec?.sessionAffinity === "ClientIP" ? (given ?? DEFAULT_TIMEOUT_SECONDS) : NONE;
  }

  #listsOf(node: number): AffinityLists {
    let lists = this.#nodes.get(node);
    if (lists === undefined) {
      lists = new AffinityLists(RECENT_LISTS);
      this.#nodes.set(node, lists);
    }
    return lists;
  }
}
