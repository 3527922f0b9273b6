/** The oldest and newest minor release of Kubernetes 1 that the feature table covers. */
export const OLDEST_RELEASE = 24;
export const NEWEST_RELEASE = 36;

/**
 * The minor release in a version text, such as 31 in `1.31`, `v1.31.4` or `v1.31.4-gke.1200`;
 * undefined for a text that is no version of Kubernetes 1.
 */
export function parseRelease(version: string): number | undefined {
  const minor = /^v?1\.([0-9]{1,3})(?:\+|[.-].*)?$/.exec(version.trim())?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/** Whether the feature table knows this release. */
export function isCoveredRelease(release: number): boolean {
  return release >= OLDEST_RELEASE && release <= NEWEST_RELEASE;
}
