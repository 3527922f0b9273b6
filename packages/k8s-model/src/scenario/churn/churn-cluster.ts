import type { Simulation } from "@k8s-netsim/sim-core";
import {
  applyDefaults,
  type Deployment,
  HOSTNAME_LABEL,
  type Node,
  REGION_LABEL,
  type Service,
  ZONE_LABEL,
} from "../../api/index.ts";
import { Cluster } from "../../cluster/index.ts";
import { proxySyncCost, runnerPeriods } from "../../data-plane/index.ts";
import {
  apiServerCount,
  type ChurnOptions,
  type ChurnProxyMode,
  endpointsKind,
} from "./churn-options.ts";
import { storedBytes, watchBytes } from "./endpoint-bytes.ts";

export const ZONES = ["a", "b", "c"] as const;

/** An empty cluster of the model's own controllers and proxies, set up as the options say. */
export function churnCluster(sim: Simulation, options: ChurnOptions): Cluster {
  const { propagation, bytes, proxyMode, batchPeriodNs } = options;
  const cluster = new Cluster(sim, {
    maxEndpointsPerSlice: options.endpointsPerSlice,
    check: options.check === true,
    endpointsController: propagation !== "slices",
    maxEndpointsPerObject: propagation === "endpoints-1.18" ? null : 1000,
    timings: {
      controllerQps: options.qps,
      controllerBurst: options.burst,
      endpointSliceBatchPeriodNs: batchPeriodNs,
      endpointUpdatesBatchPeriodNs: batchPeriodNs,
    },
    apiServers: {
      replicas: apiServerCount(options),
      egressBytesPerSecond: options.egressBytesPerSecond,
      bytesOf: watchBytes(bytes),
      storedBytesOf: storedBytes(bytes),
    },
    proxies: {
      endpointsKind: endpointsKind(options),
      cost: proxySyncCost(proxyMode === "iptables" ? "iptables-nft" : proxyMode),
      periods: runnerPeriods(proxyMode, MIN_SYNC_NS[proxyMode]),
    },
  });
  for (let index = 0; index < options.nodes; index++) cluster.apply(node(index));
  return cluster;
}

const SECOND = 1_000_000_000;
/** `minSyncPeriod` as kube-proxy defaults it. */
const MIN_SYNC_NS: Readonly<Record<ChurnProxyMode, number>> = {
  iptables: SECOND,
  nftables: SECOND,
  ipvs: 0,
};

function node(index: number): Node {
  const name = `node-${index}`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        [HOSTNAME_LABEL]: name,
        [REGION_LABEL]: "r",
        [ZONE_LABEL]: ZONES[index % ZONES.length] as string,
      },
    },
    status: {
      allocatable: { cpu: "16", memory: "64Gi", pods: "110" },
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
}

/** The Deployment behind the Service, in one of its versions. */
export function churnDeployment(replicas: number, version: number): Deployment {
  return applyDefaults({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [
            {
              name: "main",
              image: `example/web:${version}`,
              ports: [{ name: "http", containerPort: 8080 }],
              resources: { requests: { cpu: "100m", memory: "64Mi" } },
            },
          ],
        },
      },
    },
  } as Deployment);
}

export function churnService(): Service {
  return applyDefaults({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  } as Service);
}
