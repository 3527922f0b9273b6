export {
  type NodePortAddresses,
  nodePortAddresses,
  nodePortIPs,
} from "./node-port-addresses.ts";
