import type { ProxiedPort } from "./proxied-port.ts";

/** What a sync is to bring into force. */
export interface ProxyState {
  /** Every Service port of the node, in the order in which the rules are to stand. */
  readonly ports: readonly ProxiedPort[];
  /** Services (`namespace/name`) that changed since the sync before, or whose endpoints did. */
  readonly changed: ReadonlySet<string>;
  readonly nowNs: number;
}
