export * from "./arrivals/index.ts";
export type { Distribution } from "./distribution.ts";
export * from "./distributions/index.ts";
export { type DrawObserver, RandomStream, type StreamState } from "./random-stream.ts";
export { type SavedStreams, StreamRegistry } from "./stream-registry.ts";
