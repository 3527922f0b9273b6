/** Where a claim is published. */
export interface Source {
  readonly name: string;
  readonly url?: string;
  /** Set where the number was not read in the source's own words. */
  readonly seen?: string;
}

const enhancement = (path: string): string =>
  `https://github.com/kubernetes/enhancements/blob/master/keps/${path}`;
const website = (path: string): string =>
  `https://github.com/kubernetes/website/blob/main/content/en/${path}`;
const topologycache = (file: string): string =>
  `https://github.com/kubernetes/endpointslice/blob/master/topologycache/${file}`;

export const SOURCES = {
  kep752: { name: "KEP 752", url: enhancement("sig-network/0752-endpointslices/README.md") },
  blog2020: {
    name: "Kubernetes blog, 2020-09-02",
    url: website("blog/_posts/2020-09-02-scaling-kubernetes-networking-endpointslices.md"),
  },
  "docs-endpoint-slices": {
    name: "Kubernetes documentation, EndpointSlices",
    url: website("docs/concepts/services-networking/endpoint-slices.md"),
  },
  openai: {
    name: "OpenAI, Scaling Kubernetes to 7,500 nodes",
    url: "https://openai.com/blog/scaling-kubernetes-to-7500-nodes",
    seen: "as quoted elsewhere",
  },
  kep2433: {
    name: "KEP 2433",
    url: enhancement("sig-network/2433-topology-aware-hints/README.md"),
  },
  "topologycache-test": {
    name: "kubernetes/endpointslice, topologycache_test.go",
    url: topologycache("topologycache_test.go"),
  },
  "topologycache-utils-test": {
    name: "kubernetes/endpointslice, utils_test.go",
    url: topologycache("utils_test.go"),
  },
  topologycache: {
    name: "kubernetes/endpointslice, topologycache.go",
    url: topologycache("topologycache.go"),
  },
  "docs-topology-aware-routing": {
    name: "Kubernetes documentation, topology aware routing",
    url: website("docs/concepts/services-networking/topology-aware-routing.md"),
  },
  kep2004: {
    name: "KEP 2004 (removed)",
    url: "https://github.com/kubernetes/enhancements/commit/90454f513",
  },
  "topology-simulator": {
    name: "googleinterns/k8s-topology-simulator",
    url: "https://github.com/googleinterns/k8s-topology-simulator",
  },
  kep3453: {
    name: "KEP 3453",
    url: enhancement("sig-network/3453-minimize-iptables-restore/README.md"),
  },
  "kep3453-chart": {
    name: "KEP 3453, chart",
    url: enhancement("sig-network/3453-minimize-iptables-restore/5000Node-perf.png"),
    seen: "read off the drawing to 3 s",
  },
  "docs-virtual-ips": {
    name: "Kubernetes documentation, virtual IPs",
    url: website("docs/reference/networking/virtual-ips.md"),
  },
  proxier: {
    name: "kubernetes/kubernetes, iptables/proxier.go",
    url: "https://github.com/kubernetes/kubernetes/blob/master/pkg/proxy/iptables/proxier.go",
  },
  huawei: {
    name: "Huawei, KubeCon EU 2017",
    seen: "as retold; the slides were not seen",
  },
  kep589: {
    name: "KEP 589",
    url: enhancement("sig-node/589-efficient-node-heartbeats/README.md"),
  },
  "docs-nodes": {
    name: "Kubernetes documentation, nodes",
    url: website("docs/concepts/architecture/nodes.md"),
  },
  scheduler_perf: {
    name: "scheduler_perf, performance-config.yaml",
    url: "https://github.com/kubernetes/kubernetes/blob/master/test/integration/scheduler_perf/misc/performance-config.yaml",
  },
  gke130k: {
    name: "Google Cloud blog, 130,000 nodes",
    url: "https://ainews247.org/story/77775",
    seen: "in a summary",
  },
  gke65k: {
    name: "Google Cloud blog, 65,000 nodes",
    url: "https://devengoratela.com/2025/04/benchmarking-a-65000-node-gke-cluster-with-ai-workloads",
    seen: "in a mirror",
  },
  eks100k: {
    name: "AWS blog, EKS ultra scale clusters",
    seen: "in a summary",
  },
  kep2340: {
    name: "KEP 2340",
    url: enhancement("sig-api-machinery/2340-Consistent-reads-from-cache/README.md"),
  },
  etcd: { name: "etcd, performance", url: "https://etcd.io/docs/latest/op-guide/performance/" },
} as const satisfies Readonly<Record<string, Source>>;

export type SourceName = keyof typeof SOURCES;
