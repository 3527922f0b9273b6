import {
  type EndpointSlice,
  type Endpoints,
  frameBytes,
  type KubeObject,
  serializedSizes,
  type WireEncoding,
  withManagedFields,
} from "@k8s-netsim/k8s-model/api";
import type { MeasuredRun, SeenEvent } from "./measured-run.ts";
import { NAMESPACE, rigEndpoint } from "./rig.ts";

/** Bytes that a frame may have: names and versions differ in length by a few. */
export interface ByteRange {
  readonly low: number;
  readonly high: number;
}

export interface FrameRange {
  readonly protobuf: ByteRange;
  readonly json: ByteRange;
}

const SLACK = 0.02;
const TIME = "2026-11-22T14:08:45Z";
const UID = "00000000-0000-4000-8000-000000000000";
const TRIGGERED = { "endpoints.kubernetes.io/last-change-trigger-time": TIME };

/** The frame of a slice with as many endpoints as were seen, without and with a trigger time. */
export function sliceFrame(seen: SeenEvent, { params }: MeasuredRun): FrameRange {
  const hinted = (params.trafficDistribution ?? "") !== "";
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...METADATA,
      name: "web-xtbjr",
      generateName: "web-",
      generation: 100,
      labels: {
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": "web",
      },
      ownerReferences: [
        {
          apiVersion: "v1",
          kind: "Service",
          name: "web",
          uid: UID,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    addressType: "IPv4",
    endpoints: ids(seen).map((id) => rigEndpoint(id, params.nodes, params.zones, hinted)),
    ports: seen[4] === 0 ? [] : [{ name: "http", port: 8080, protocol: "TCP" }],
  };
  return frameRange(slice, seen);
}

/** The frame of the Endpoints object with as many addresses as were seen. */
export function endpointsFrame(seen: SeenEvent, { params }: MeasuredRun): FrameRange {
  const addresses = ids(seen).map((id) => {
    const { addresses, nodeName, targetRef } = rigEndpoint(id, params.nodes, params.zones, false);
    return { ip: addresses[0] ?? "", nodeName: nodeName ?? "", targetRef: targetRef ?? {} };
  });
  const endpoints: Endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      ...METADATA,
      name: "web",
      labels: { "endpoints.kubernetes.io/managed-by": "endpoint-controller" },
    },
    ...(addresses.length === 0
      ? {}
      : { subsets: [{ addresses, ports: [{ name: "http", port: 8080, protocol: "TCP" }] }] }),
  };
  return frameRange(endpoints, seen);
}

const METADATA = {
  namespace: NAMESPACE,
  uid: UID,
  resourceVersion: "12345",
  creationTimestamp: TIME,
};

const ids = ([, , , , addresses]: SeenEvent): number[] =>
  Array.from({ length: addresses }, (_, id) => id + 1000);

function frameRange(object: KubeObject, [, type]: SeenEvent): FrameRange {
  const triggered = { ...object, metadata: { ...object.metadata, annotations: TRIGGERED } };
  const [without, withTime] = [object, triggered].map((one) =>
    serializedSizes(withManagedFields(one, TIME)),
  );
  const range = (encoding: WireEncoding): ByteRange => ({
    low: Math.floor(frameBytes(without ?? NOTHING, type, encoding) * (1 - SLACK)),
    high: Math.ceil(frameBytes(withTime ?? NOTHING, type, encoding) * (1 + SLACK)),
  });
  return { protobuf: range("protobuf"), json: range("json") };
}

const NOTHING = { message: 0, protobuf: 0, json: 0 };
