export { type ServiceProxyOptions, serviceProxy } from "./create.ts";
export type { EbpfOptions } from "./ebpf-service-proxy.ts";
export { NodeConnections, type PacketVerdict } from "./node-connections.ts";
export type {
  NewConnection,
  ProgramCost,
  ProxyHost,
  ProxyVerdict,
  RouteContext,
  ServiceProxy,
} from "./service-proxy.ts";
