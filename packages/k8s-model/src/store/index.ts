export { Cursor } from "./cursor.ts";
export { arrivalNs, type DeliveryStream, type WatcherClass } from "./delivery.ts";
export { hashNumbers, hashText, hashUnit } from "./hash.ts";
export { KindLog } from "./kind-log.ts";
export { safeEncode, uidOf } from "./names.ts";
export { type Admission, Store, type StoreOptions } from "./store.ts";
export { StoreError } from "./store-error.ts";
export { timeOfTimestamp, timestampAt } from "./timestamp.ts";
export type { Version, WatchEventType } from "./version.ts";
