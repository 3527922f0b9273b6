import type { StructTable } from "../schema/type.ts";

/** Kinds that no manifest brings but controllers write: Endpoints (`core/v1`), Lease. */
export const ownTypes: StructTable = {
  Endpoints: { metadata: "ObjectMeta", subsets: "[]EndpointSubset" },
  EndpointSubset: {
    addresses: "[]EndpointAddress",
    notReadyAddresses: "[]EndpointAddress",
    ports: "[]EndpointsPort",
  },
  EndpointAddress: {
    ip: "string!",
    hostname: "string",
    nodeName: "*string",
    targetRef: "*ObjectReference",
  },
  EndpointsPort: { name: "string", port: "int32!", protocol: "string", appProtocol: "*string" },

  Lease: { metadata: "ObjectMeta", spec: "LeaseSpec" },
  LeaseSpec: {
    holderIdentity: "*string",
    leaseDurationSeconds: "*int32",
    acquireTime: "*MicroTime",
    renewTime: "*MicroTime",
    leaseTransitions: "*int32",
    strategy: "*string",
    preferredHolder: "*string",
  },
};
