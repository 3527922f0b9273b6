export { withManagedFields } from "./managed-fields.ts";
export { SerializedSizeError } from "./serialized-size-error.ts";
export {
  frameBytes,
  type SerializedSizes,
  serializedSizes,
  type UnsimulatedBytes,
  type WireEncoding,
  watchFrameBytes,
} from "./serialized-sizes.ts";
