import type { Steps } from "@k8s-netsim/sim-core";
import type { Lab } from "./lab.ts";
import type { PodNetwork } from "./lab-network.ts";
import type { LabService } from "./lab-services.ts";
import type { PlannedBridge } from "./plan.ts";

/** What clients do and what the API changes, on a lab with certain settings; no packet is in it. */
export interface Situation {
  readonly id: string;
  readonly about: string;
  readonly network?: PodNetwork;
  readonly bridge?: Partial<PlannedBridge>;
  /** Services beside those that always stand. */
  readonly services?: readonly LabService[];
  /** `net.ipv4.icmp_ratelimit` on the nodes; 1000 where absent. */
  readonly icmpRateLimitMs?: number;
  /** Errors that a node may still send to a host at once, after what it sent before the start. */
  readonly budgets?: readonly {
    readonly node: string;
    readonly to: string;
    readonly tokens: number;
  }[];
  /** Destinations that the outside client sends to a node. */
  readonly clientRoutes?: readonly { readonly to: string; readonly node: string }[];
  /** Hosts whose interfaces nobody captures. */
  readonly unseen?: readonly string[];
  /** Chance chooses endpoints: which ones is not to be compared. */
  readonly chance?: true;
  /** Probes as often as the time allows: how often is not to be compared. */
  readonly rounds?: true;
  play(lab: Lab): Steps<void>;
}
