import type { SourcePosition } from "./diagnostic.ts";

/** Something that the input says about the cluster, with where it says so. */
export interface Fact<T> {
  readonly value: T;
  /** A phrase for a report: `kubeletVersion of 12 nodes`. */
  readonly evidence: string;
  readonly at?: SourcePosition;
}

export type ProxyMode = "iptables" | "ipvs" | "nftables";
export type CloudProvider = "aws" | "gcp" | "azure";
