/** How the endpoints of a Service reach every node. */
export type Propagation =
  /** One Endpoints object without a limit, watched by every kube-proxy: up to Kubernetes 1.18. */
  | "endpoints-1.18"
  /** The same cut to 1,000 addresses, as from 1.22 on. */
  | "endpoints-truncated"
  /** EndpointSlices. */
  | "slices";

/** Where the bytes of an endpoint come from. */
export type ByteSource =
  /** KEP 752's tables: 100 bytes each and nothing else. */
  | "kep752"
  /** The Kubernetes blog of 2020-09-02: 300 bytes each. */
  | "blog2020"
  /** The fields of the object as Kubernetes 1.36 serializes them, `managedFields` included. */
  | "exact-1.36";

export type ChurnProxyMode = "iptables" | "nftables" | "ipvs";

export interface ChurnOptions {
  readonly nodes: number;
  /** Of the one Service; half of them remain after the scale-down. */
  readonly pods: number;
  readonly propagation: Propagation;
  /** `--max-endpoints-per-slice`. */
  readonly endpointsPerSlice: number;
  readonly bytes: ByteSource;
  /** `--endpointslice-updates-batch-period`, and its like for Endpoints (ns). */
  readonly batchPeriodNs: number;
  /** `--kube-api-qps` and `--kube-api-burst` of kube-controller-manager. */
  readonly qps: number;
  readonly burst: number;
  readonly proxyMode: ChurnProxyMode;
  /** 0: one for every 5,000 nodes, the size that Kubernetes is tested for, and at least 3. */
  readonly apiServers: number;
  /** Of each API server. */
  readonly egressBytesPerSecond: number;
  readonly seed: string;
  /** Whether the simulation's own promises are checked all along; slower. */
  readonly check?: boolean;
}

/** A cluster as set up by default: one Service in slices of 100, API servers of 10 Gbit/s. */
export const DEFAULT_CHURN: Omit<ChurnOptions, "nodes" | "pods" | "seed"> = {
  propagation: "slices",
  endpointsPerSlice: 100,
  bytes: "exact-1.36",
  batchPeriodNs: 0,
  qps: 20,
  burst: 30,
  proxyMode: "iptables",
  apiServers: 0,
  egressBytesPerSecond: 1_250_000_000,
};

/** What the kube-proxies watch. */
export function endpointsKind({ propagation }: ChurnOptions): "EndpointSlice" | "Endpoints" {
  return propagation === "slices" ? "EndpointSlice" : "Endpoints";
}

const NODES_PER_API_SERVER = 5000;
const LEAST_API_SERVERS = 3;

export function apiServerCount({ nodes, apiServers }: ChurnOptions): number {
  if (apiServers > 0) return apiServers;
  return Math.max(LEAST_API_SERVERS, Math.ceil(nodes / NODES_PER_API_SERVER));
}
