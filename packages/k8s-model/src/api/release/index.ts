export { checkRelease, type ReleaseFinding } from "./check-release.ts";
export type { ReleaseFeature } from "./feature.ts";
export { releaseFeatures } from "./features.ts";
export { NEWEST_RELEASE, OLDEST_RELEASE, parseRelease } from "./release.ts";
