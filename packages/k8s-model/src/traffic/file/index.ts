export { applyTraffic } from "./apply.ts";
export { type Placed, parseTraffic, type TrafficFile } from "./parse.ts";
export { renderTraffic } from "./render.ts";
