export { resolveCounts } from "./counts.ts";
export { manage } from "./manage.ts";
export { rollingUpdate } from "./rolling-update.ts";
export { type DaemonSync, daemonSync } from "./sync.ts";
