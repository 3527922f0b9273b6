import type { KubeObject } from "../meta.ts";
import { hasLayout } from "./layout.ts";
import { structBytes } from "./measure.ts";
import { SerializedSizeError } from "./serialized-size-error.ts";
import { textBytes } from "./text-size.ts";
import { delimitedBytes } from "./wire.ts";

/** Bytes of one object as the API server serializes it. */
export interface SerializedSizes {
  /** The protobuf message alone. */
  readonly message: number;
  /** The message in its envelope: what a client gets and what etcd stores. */
  readonly protobuf: number;
  /** With the newline that ends a response. */
  readonly json: number;
}

export type WireEncoding = "protobuf" | "json";

const MAGIC_BYTES = 4;
/** `contentEncoding` and `contentType` of the envelope, both empty. */
const EMPTY_TEXTS_BYTES = 4;
/** `{"type":"","object":}` */
const JSON_FRAME_BYTES = 21;
const PROTOBUF_FRAME_BYTES = 4;

/** Bytes of fields that a real object has and the model does not set, within the message and in JSON. */
export interface UnsimulatedBytes {
  readonly protobuf: number;
  readonly json: number;
}

const NOTHING_ELSE: UnsimulatedBytes = { protobuf: 0, json: 0 };

/**
 * Bytes of an object, computed from the lengths of its fields; nothing is serialized.
 *
 * EndpointSlice and Endpoints are exact on vectors recorded from Kubernetes 1.36; other kinds are
 * derived from the published field numbers. `managedFields` count where the object has them: see
 * `withManagedFields`; whatever else the model does not simulate (the rest of a pod's status, the
 * images of a node) is told by `unsimulated`, nothing by default. Endpoints and pod specs are remembered by identity, so that a new version of a
 * large slice costs what changed plus one look-up for each endpoint: objects must be immutable.
 *
 * @throws SerializedSizeError `kind-not-sized` for a kind that has no field table.
 */
export function serializedSizes(
  object: KubeObject,
  unsimulated: UnsimulatedBytes = NOTHING_ELSE,
): SerializedSizes {
  const { apiVersion, kind } = object;
  if (!hasLayout(kind)) throw new SerializedSizeError(kind);
  const bytes = structBytes(kind, object);
  const message = bytes.protobuf + unsimulated.protobuf;
  const json = bytes.json + unsimulated.json;
  const version = textBytes(apiVersion);
  const name = textBytes(kind);
  const typeMeta = delimitedBytes(version.protobuf) + delimitedBytes(name.protobuf);
  return {
    message,
    protobuf: MAGIC_BYTES + delimitedBytes(typeMeta) + delimitedBytes(message) + EMPTY_TEXTS_BYTES,
    json: json + KIND_KEY_BYTES + name.json + VERSION_KEY_BYTES + version.json + NEWLINE_BYTES,
  };
}

/** `"kind":,` and `"apiVersion":,` */
const KIND_KEY_BYTES = 8;
const VERSION_KEY_BYTES = 14;
const NEWLINE_BYTES = 1;

/** Bytes of one watch event about an object of these sizes, with its framing. */
export function frameBytes(
  { protobuf, json }: SerializedSizes,
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK",
  encoding: WireEncoding,
): number {
  if (encoding === "json") return JSON_FRAME_BYTES + type.length + json;
  return PROTOBUF_FRAME_BYTES + 2 + type.length + delimitedBytes(delimitedBytes(protobuf));
}

/** Bytes of one watch event about an object, with its framing. */
export function watchFrameBytes(
  object: KubeObject,
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK",
  encoding: WireEncoding,
): number {
  return frameBytes(serializedSizes(object), type, encoding);
}
