import type { NumberTable } from "./notation.ts";

/** EndpointSlice (`discovery/v1`) and Endpoints (`core/v1`). */
export const endpointNumbers: NumberTable = {
  EndpointSlice: { metadata: 1, endpoints: 2, ports: 3, addressType: 4 },
  Endpoint: {
    addresses: 1,
    conditions: 2,
    hostname: 3,
    targetRef: 4,
    deprecatedTopology: 5,
    nodeName: 6,
    zone: 7,
    hints: 8,
  },
  EndpointConditions: { ready: 1, serving: 2, terminating: 3 },
  EndpointHints: { forZones: 1, forNodes: 2 },
  ForZone: { name: 1 },
  ForNode: { name: 1 },
  EndpointPort: { name: 1, protocol: 2, port: 3, appProtocol: 4 },

  Endpoints: { metadata: 1, subsets: 2 },
  EndpointSubset: { addresses: 1, notReadyAddresses: 2, ports: 3 },
  EndpointAddress: { ip: 1, targetRef: 2, hostname: 3, nodeName: 4 },
  EndpointsPort: { name: 1, port: 2, protocol: 3, appProtocol: 4 },
};
