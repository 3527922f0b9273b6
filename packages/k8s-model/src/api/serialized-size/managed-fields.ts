import type { KubeObject } from "../meta.ts";

type FieldSet = { [key: string]: FieldSet };

/**
 * The object with the `managedFields` that the API server keeps for one that a controller of
 * kube-controller-manager wrote alone: what the simulator does not store but a real watch carries.
 *
 * Equal to real objects for EndpointSlices and Endpoints (their lists are atomic, so the set does not
 * grow with the endpoints); `timeOfWrite` is an RFC 3339 time, only its length counts. An object that
 * brings `managedFields`, or is of another kind, comes back as it is.
 */
export function withManagedFields<T extends KubeObject>(object: T, timeOfWrite: string): T {
  const { apiVersion, kind, metadata } = object;
  if (metadata.managedFields !== undefined) return object;
  if (kind !== "EndpointSlice" && kind !== "Endpoints") return object;
  const entry = {
    manager: "kube-controller-manager",
    operation: "Update",
    apiVersion,
    time: timeOfWrite,
    fieldsType: "FieldsV1",
    fieldsV1: kind === "EndpointSlice" ? sliceFields(object) : endpointsFields(object),
  };
  return { ...object, metadata: { ...metadata, managedFields: [entry] } };
}

function sliceFields(object: KubeObject): FieldSet {
  return {
    "f:addressType": {},
    "f:endpoints": {},
    "f:metadata": metadataFields(object),
    "f:ports": {},
  };
}

function endpointsFields(object: KubeObject): FieldSet {
  const metadata = metadataFields(object);
  return {
    ...(Object.keys(metadata).length === 0 ? {} : { "f:metadata": metadata }),
    ...(object.subsets === undefined ? {} : { "f:subsets": {} }),
  };
}

function metadataFields({ metadata }: KubeObject): FieldSet {
  const { annotations, labels, generateName, ownerReferences } = metadata;
  const owners = (ownerReferences ?? []).map(({ uid }) => `k:${JSON.stringify({ uid })}`);
  return {
    ...keysOf("f:annotations", Object.keys(annotations ?? {}).map(marked)),
    ...((generateName ?? "") === "" ? {} : { "f:generateName": {} }),
    ...keysOf("f:labels", Object.keys(labels ?? {}).map(marked)),
    ...keysOf("f:ownerReferences", owners),
  };
}

const marked = (key: string): string => `f:${key}`;

/** A map or keyed list: the field itself (`.`) and each of its keys. */
function keysOf(field: string, keys: readonly string[]): FieldSet {
  if (keys.length === 0) return {};
  return { [field]: Object.fromEntries([".", ...keys].map((key) => [key, {}])) };
}
