export { ApiServers, type Listing } from "./api-servers.ts";
export { EgressLink } from "./egress-link.ts";
export { Etcd, type StoredBytesOf } from "./etcd.ts";
export { LeaseLoad } from "./lease-load.ts";
export {
  API_SERVER_SOURCES,
  type ApiServerParameters,
  DEFAULT_API_SERVER,
  IDEAL_API_SERVER,
  type ParameterSource,
} from "./parameters.ts";
export { type BytesOf, WatchStream } from "./watch-stream.ts";
