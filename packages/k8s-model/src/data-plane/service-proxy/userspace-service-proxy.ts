import { AffinityLists, TIMEOUT_SETS } from "../affinity/index.ts";
import type { ProxyState } from "../proxied-port/index.ts";
import { syncNs } from "../proxy-costs/index.ts";
import { PortDirectory } from "./port-directory.ts";
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
 * kube-proxy's first mode, removed in Kubernetes 1.26; here as history. A process on the node takes
 * every connection and opens a second one to the next endpoint in turn; it copies each byte, and
 * endpoints see the node's address.
 */
export class UserspaceServiceProxy implements ServiceProxy {
  readonly kind = "userspace";
  readonly #directory: PortDirectory;
  readonly #affinity = new AffinityLists({ ...TIMEOUT_SETS, capacity: Number.POSITIVE_INFINITY });
  readonly #turns = new Map<string, number>();

  constructor(host: ProxyHost) {
    this.#directory = new PortDirectory(host);
  }

  program(state: ProxyState): ProgramCost {
    const written = this.#directory.replace(state.ports);
    // The order starts anew for Services whose endpoints changed.
    for (const port of state.ports) {
      if (state.changed.has(port.service)) this.#turns.delete(`${port.name} ${port.protocol}`);
    }
    return { kind: "full", written, bytes: 0, ns: syncNs(this.kind, "full", sizeOf(state)) };
  }

  route(connection: NewConnection, { nowNs }: RouteContext): ProxyVerdict {
    const answer = this.#directory.ask(connection);
    if (answer === undefined) return passed(this.kind);
    if (answer.refusal !== undefined) return refusedBy(this.kind, answer.refusal, "reject");
    const { port } = answer.entry;
    const name = `${port.name} ${port.protocol}`;
    const { endpoints } = answer;
    const turn = this.#turns.get(name) ?? 0;
    const next = (): (typeof endpoints)[number] | undefined => {
      this.#turns.set(name, turn + 1);
      return endpoints[turn % endpoints.length];
    };
    const chosen = stickyChoice(this.#affinity, port, endpoints, connection.source, nowNs, next);
    const isNext = (this.#turns.get(name) ?? 0) !== turn;
    const reason = isNext ? "The next endpoint in turn" : "The client's endpoint";
    return acceptedBy(this.kind, chosen?.key as string, reason, "node");
  }

  closed(): void {}
}
