export { nameHash } from "./name-hash.ts";
export {
  hasExternalEndpoints,
  hasInternalEndpoints,
  isProxied,
  type ProxiedPort,
  type ProxyNode,
  proxiedPort,
} from "./proxied-port.ts";
export type { ProxyState } from "./proxy-state.ts";
