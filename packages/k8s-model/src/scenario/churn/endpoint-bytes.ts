import type { EndpointSlice, Endpoints, KubeObject } from "../../api/index.ts";
import { frameBytes, serializedSizes, withManagedFields } from "../../api/serialized-size/index.ts";
import type { BytesOf, StoredBytesOf } from "../../api-server/index.ts";
import type { ByteSource } from "./churn-options.ts";

const BYTES_PER_ENDPOINT: Readonly<Record<Exclude<ByteSource, "exact-1.36">, number>> = {
  kep752: 100,
  blog2020: 300,
};

/** Only the length of the time counts. */
const TIME_OF_WRITE = "2100-01-01T00:00:00Z";

/** What a version weighs on its way to one watcher, by the source that one believes. */
export function watchBytes(source: ByteSource): BytesOf {
  return ({ object, type }) =>
    source === "exact-1.36" || !holdsEndpoints(object)
      ? frameBytes(serializedSizes(withManagedFields(object, TIME_OF_WRITE)), type, "protobuf")
      : BYTES_PER_ENDPOINT[source] * endpointCount(object);
}

/** What an object weighs in etcd. No slice of 1,000 endpoints comes near the limit. */
export function storedBytes(source: ByteSource): StoredBytesOf {
  return (object) => {
    if (object.kind !== "Endpoints") return 0;
    return source === "exact-1.36"
      ? serializedSizes(withManagedFields(object, TIME_OF_WRITE)).protobuf
      : BYTES_PER_ENDPOINT[source] * endpointCount(object);
  };
}

const holdsEndpoints = ({ kind }: KubeObject): boolean =>
  kind === "EndpointSlice" || kind === "Endpoints";

function endpointCount(object: KubeObject): number {
  if (object.kind === "EndpointSlice") return (object as EndpointSlice).endpoints?.length ?? 0;
  let count = 0;
  for (const { addresses = [], notReadyAddresses = [] } of (object as Endpoints).subsets ?? []) {
    count += addresses.length + notReadyAddresses.length;
  }
  return count;
}
