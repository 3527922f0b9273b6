export { NeighbourTable } from "./neighbour-table.ts";
export {
  type FrameReceiver,
  type Link,
  type Neighbour,
  NetworkInterface,
} from "./network-interface.ts";
export { type Route, RoutingTable } from "./routing-table.ts";
export { carriesFrames, type Encapsulation, Tunnel } from "./tunnel.ts";
export { EthernetSegment, VethPair } from "./wires.ts";
