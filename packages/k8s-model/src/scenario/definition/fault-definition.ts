import type { SimTime } from "@k8s-netsim/sim-core";
import type { PartitionedFrom } from "../../cluster/index.ts";
import { ChangeError, checkName, checkTime } from "./change-error.ts";

/** What can break. */
export const FAULT_KINDS = [
  "zone-outage",
  "zone-partition",
  "node-failure",
  "node-partition",
  "node-drain",
  "node-cordon",
  "watch-lost",
  "clock-skew",
  "api-server-restart",
  "leader-change",
  "etcd-slow",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Something that breaks at a time counted from the end of warm-up. */
export interface FaultDefinition {
  readonly kind: FaultKind;
  /** Zone or node name; the number of an API server, from 0; else the name of what is struck. */
  readonly target: string;
  readonly atNs: SimTime;
  /** When it works again, or the drained machine is removed; absent: not within the run, or by itself. */
  readonly untilNs?: SimTime;
  /** Of `etcd-slow`: a write takes so many times its usual time. */
  readonly factor?: number;
  /** Of `clock-skew`: how far the node's clock is ahead; negative: behind. */
  readonly aheadNs?: number;
  /** Of `node-drain`: when evictions that a budget holds up are given up, from its beginning. */
  readonly timeoutNs?: SimTime;
  /** Of `zone-partition`: what the zone is parted from. */
  readonly from?: PartitionedFrom;
}

/** When a fault begins and ends, counted from the end of warm-up. */
export interface OutageOptions {
  readonly at: SimTime;
  readonly until?: SimTime;
}

function fault(
  kind: FaultKind,
  target: string,
  { at, until }: OutageOptions,
  more: Partial<FaultDefinition> = {},
): FaultDefinition {
  checkName(`A ${kind}`, target);
  checkTime(`A ${kind} of ${target}`, at);
  if (until !== undefined && !(until > at)) {
    throw new ChangeError(
      "bad-change",
      `A ${kind} of ${target} ends at ${until / 1e9} s, before it begins at ${at / 1e9} s.`,
      "give the later time as `until`.",
    );
  }
  return { kind, target, atNs: at, ...(until === undefined ? {} : { untilNs: until }), ...more };
}

/** All nodes of a zone stop answering. */
export function zoneOutage(zone: string, when: OutageOptions): FaultDefinition {
  return fault("zone-outage", zone, when);
}

/** One node stops answering. */
export function nodeFailure(node: string, when: OutageOptions): FaultDefinition {
  return fault("node-failure", node, when);
}

export interface DrainFaultOptions {
  /** When the drain begins. */
  readonly at: SimTime;
  /** When the machine is removed, with its Node object; absent: it stays, cordoned. */
  readonly until?: SimTime;
  /** How long evictions that a budget refuses are asked for again; for ever unless told. */
  readonly timeout?: SimTime;
}

/**
 * `kubectl drain`: the node is cordoned and its pods are evicted, all at once, those that a
 * PodDisruptionBudget holds up again every 5 s until `timeout`. With `until` the node is marked as a
 * node autoscaler does, and then the machine and its Node object are gone, whoever is still on it.
 */
export function nodeDrain(node: string, { timeout, ...when }: DrainFaultOptions): FaultDefinition {
  if (timeout === undefined) return fault("node-drain", node, when);
  checkTime(`The time-out of a drain of ${node}`, timeout);
  return fault("node-drain", node, when, { timeoutNs: timeout });
}

/** Nothing new is placed on a node; what runs there runs on. */
export function nodeCordon(node: string, when: OutageOptions): FaultDefinition {
  return fault("node-cordon", node, when);
}

/**
 * The nodes of a zone are cut off: from the nodes of other zones (packets between them vanish), from
 * the control plane (they go on by their last view and are given up after the grace period), or from
 * both, which is the default. Within the zone all goes on.
 */
export function zonePartition(
  zone: string,
  { from = "both", ...when }: OutageOptions & { readonly from?: PartitionedFrom },
): FaultDefinition {
  return fault("zone-partition", zone, when, { from });
}

/** A node reaches no API server: its pods run on, its proxy forwards by its last view. */
export function nodePartition(node: string, when: OutageOptions): FaultDefinition {
  return fault("node-partition", node, when);
}

/** The watches of a node's proxy break; it takes them up again after its back-off. */
export function watchLost(node: string, when: Pick<OutageOptions, "at">): FaultDefinition {
  return fault("watch-lost", node, when);
}

/** The clock of a node is ahead, or behind with a negative time. */
export function clockSkew(node: string, aheadNs: number, when: OutageOptions): FaultDefinition {
  return fault("clock-skew", node, when, { aheadNs });
}

/** An API server, by its number from 0, is gone from one time to another; its watchers list again. */
export function apiServerRestart(server: number, when: Required<OutageOptions>): FaultDefinition {
  return fault("api-server-restart", String(server), when);
}

/** The leading controller manager dies; another one takes over when its lease has run out. */
export function leaderChange(when: Pick<OutageOptions, "at">): FaultDefinition {
  return fault("leader-change", "kube-controller-manager", when);
}

/** Writes take so many times their usual time. */
export function etcdSlow(factor: number, when: OutageOptions): FaultDefinition {
  return fault("etcd-slow", "etcd", when, { factor });
}
