/** How a kernel keeps which client went where. */
export interface AffinityRules {
  /** Clients that one list remembers; one more pushes out the longest unseen, or is not taken. */
  readonly capacity: number;
  readonly whenFull: "forget-oldest" | "refuse";
  /** Whether a client that was last seen exactly the time-out ago still counts. */
  readonly inclusive: boolean;
}

/** xt_recent: 100 addresses a list (`ip_list_tot`), unless the module was loaded with more. */
export const RECENT_LISTS: AffinityRules = {
  capacity: 100,
  whenFull: "forget-oldest",
  inclusive: true,
};

/** A set of nftables with a time-out, in the default size. */
export const TIMEOUT_SETS: AffinityRules = {
  capacity: 65_535,
  whenFull: "refuse",
  inclusive: false,
};

/**
 * Session affinity of one node: per list (one for each endpoint of a Service port) the client
 * addresses and when each last opened a connection. Every new connection renews; established ones do
 * not. Nothing survives the end of its list; a removed endpoint takes its clients with it.
 */
export class AffinityLists {
  readonly #rules: AffinityRules;
  /** Least recently seen first. */
  readonly #lists = new Map<string, Map<string, number>>();

  constructor(rules: AffinityRules) {
    this.#rules = rules;
  }

  /** Whether the client opened a connection through this list within so many seconds. */
  seen(list: string, client: string, nowNs: number, seconds: number): boolean {
    const lastNs = this.#lists.get(list)?.get(client);
    if (lastNs === undefined) return false;
    const age = nowNs - lastNs;
    const limit = seconds * NS_PER_SECOND;
    return this.#rules.inclusive ? age <= limit : age < limit;
  }

  /** The client opened a connection through this list; false where the list had no room. */
  remember(list: string, client: string, nowNs: number, seconds: number): boolean {
    let clients = this.#lists.get(list);
    if (clients === undefined) {
      clients = new Map();
      this.#lists.set(list, clients);
    }
    const known = clients.delete(client);
    if (!known && clients.size >= this.#rules.capacity) {
      if (this.#rules.whenFull === "refuse") {
        this.#expire(clients, nowNs, seconds);
        if (clients.size >= this.#rules.capacity) return false;
      } else {
        const [oldest] = clients.keys();
        clients.delete(oldest as string);
      }
    }
    clients.set(client, nowNs);
    return true;
  }

  /** Keeps only these lists: the others' endpoints are gone. */
  retain(lists: ReadonlySet<string>): void {
    for (const list of this.#lists.keys()) if (!lists.has(list)) this.#lists.delete(list);
  }

  #expire(clients: Map<string, number>, nowNs: number, seconds: number): void {
    for (const [client, lastNs] of clients) {
      if (nowNs - lastNs < seconds * NS_PER_SECOND) return;
      clients.delete(client);
    }
  }
}

const NS_PER_SECOND = 1_000_000_000;
