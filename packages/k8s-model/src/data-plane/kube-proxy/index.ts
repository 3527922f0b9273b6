export {
  type Categorized,
  categorize,
  isAvailable,
  type TopologyMode,
  topologyModeOf,
} from "./categorize.ts";
export {
  type EndpointInfo,
  type EndpointSet,
  endpointSet,
  endpointsOnNode,
} from "./endpoint-info.ts";
export { loadBalancerVIPs, type ServicePortInfo, servicePortInfo } from "./service-port.ts";
