import type { Diagnostic } from "../../manifests/diagnostic.ts";
import type { ServiceView } from "../../manifests/services.ts";
import type { WorkloadView } from "../../manifests/workloads.ts";
import type { ConnectionSpec, Evidence, ServicePortRef, WorkloadKey } from "../spec.ts";

/** Who calls whom, as far as the manifests say. */
export interface CallGraph {
  /** Ordered by key, like everything here. */
  readonly workloads: readonly WorkloadView[];
  readonly services: readonly ServiceView[];
  /** Without cycles; those of `clients` included. */
  readonly edges: readonly CallEdge[];
  /** Edges left out because a request would come round again and never end. */
  readonly cut: readonly CallEdge[];
  /** Edges left out because a workload names a Service that selects its own pods. */
  readonly selfReferences: readonly CallEdge[];
  readonly entries: readonly Entry[];
  /** Workloads that call, and that no Service leads to: the sources of traffic of the input. */
  readonly clients: readonly WorkloadKey[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A workload's configuration names a port of a Service. How often it calls is not said there. */
export interface CallEdge {
  readonly from: WorkloadKey;
  readonly to: ServicePortRef;
  readonly connection: ConnectionSpec;
  /** Every place that names it, in the order of the containers. */
  readonly evidence: readonly Evidence[];
}

/** Where requests enter from outside. */
export interface Entry {
  readonly to: ServicePortRef;
  readonly connection: ConnectionSpec;
  /** `type LoadBalancer`, `backend of Ingress "web"`, `nobody in the input calls it`. */
  readonly reason: string;
  /** A client workload whose requests reach the same pods; no load is invented then. */
  readonly reachedBy?: WorkloadKey;
}
