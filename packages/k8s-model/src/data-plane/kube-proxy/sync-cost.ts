/** What the rules of one node stand for. */
export interface RuleLoad {
  readonly services: number;
  readonly endpoints: number;
}

/** How long a run of kube-proxy takes (ns). Each proxy mode has its own; pure. */
export interface SyncCost {
  /** A run that writes everything: the first one, one after a failure, one an hour. */
  fullSyncNs(all: RuleLoad): number;
  /** A run that writes what changed: Services with a change, and all endpoints of those. */
  partialSyncNs(changed: RuleLoad, all: RuleLoad): number;
  /** Both are the same for any load: nothing needs to be counted. */
  readonly constant?: boolean;
}

/** Every run takes the same time. */
export function constantCost(syncNs: number): SyncCost {
  return { fullSyncNs: () => syncNs, partialSyncNs: () => syncNs, constant: true };
}
