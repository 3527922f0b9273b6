/** How API servers and etcd behave. Times in ns. */
export interface ApiServerParameters {
  /** API servers; watchers are spread evenly over them. */
  readonly replicas: number;
  /** From the version stored in etcd to the watch cache having it ready for its watchers. */
  readonly dispatchNs: number;
  /** A version is encoded once for all watchers of one server. */
  readonly encodeNsPerByte: number;
  /** What one API server can send. */
  readonly egressBytesPerSecond: number;
  /** A list from the watch cache, for each object and for the answer as a whole. */
  readonly listNsPerObject: number;
  readonly listNs: number;
  /** For so long after its loss a watch can be taken up where it was; later it lists again. */
  readonly resumeWithinNs: number;
  /** Events that wait for one slow watcher before it is dropped. */
  readonly watchBufferEvents: number;
  /** Between bookmarks to one watcher. */
  readonly bookmarkPeriodNs: number;
  /** First wait of a client after a lost connection, doubled each time up to the second. */
  readonly reconnectNs: number;
  readonly maxReconnectNs: number;
  /** `--max-request-bytes` of etcd. */
  readonly maxRequestBytes: number;
  /** A kubelet renews its lease this often. */
  readonly leaseRenewNs: number;
}

const MS = 1_000_000;
const S = 1_000_000_000;

/** One server with a 10 Gbit/s link, and what Kubernetes and etcd have built in. */
export const DEFAULT_API_SERVER: ApiServerParameters = {
  replicas: 1,
  dispatchNs: 0,
  encodeNsPerByte: 2,
  egressBytesPerSecond: 1_250_000_000,
  listNsPerObject: 1_660,
  listNs: 0,
  resumeWithinNs: 75 * S,
  watchBufferEvents: 100,
  bookmarkPeriodNs: 60 * S,
  reconnectNs: 800 * MS,
  maxReconnectNs: 30 * S,
  maxRequestBytes: 1_572_864,
  leaseRenewNs: 10 * S,
};

/** No server at all between a write and its watchers: nothing is queued, nothing is listed slowly. */
export const IDEAL_API_SERVER: ApiServerParameters = {
  ...DEFAULT_API_SERVER,
  encodeNsPerByte: 0,
  egressBytesPerSecond: Number.POSITIVE_INFINITY,
  listNsPerObject: 0,
};

/** Where a parameter comes from. */
export interface ParameterSource {
  readonly source: string;
  /** `published`: read in a primary source; `assumed`: chosen within what is plausible. */
  readonly standing: "published" | "assumed";
}

const published = (source: string): ParameterSource => ({ source, standing: "published" });
const assumed = (source: string): ParameterSource => ({ source, standing: "assumed" });

/** Where the defaults come from. */
export const API_SERVER_SOURCES: Readonly<Record<keyof ApiServerParameters, ParameterSource>> = {
  replicas: assumed("one server: all watchers share one link; give the number of your own"),
  dispatchNs: assumed("contained in the watchers' own latency"),
  encodeNsPerByte: assumed("protobuf encoding at 500 MB/s on one core"),
  egressBytesPerSecond: assumed("a network interface of 10 Gbit/s"),
  listNsPerObject: published("KEP 2340: 300,000 objects of 1 KB from the watch cache in 499 ms"),
  listNs: assumed("no fixed cost beyond the watchers' own latency"),
  resumeWithinNs: published("75 s, eventFreshDuration of the watch cache (apiserver cacher)"),
  watchBufferEvents: published("100, watch channel of a kind without an index (apiserver cacher)"),
  bookmarkPeriodNs: published("about one a minute, KEP 956"),
  reconnectNs: published("800 ms, client-go reflector"),
  maxReconnectNs: published("30 s, client-go reflector"),
  maxRequestBytes: published("1.5 MiB, etcd --max-request-bytes; KEP 752"),
  leaseRenewNs: published("10 s, kubelet defaults.go"),
};
