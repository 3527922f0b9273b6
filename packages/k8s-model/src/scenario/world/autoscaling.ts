import {
  type HorizontalPodAutoscaler,
  type KubeObject,
  type Pod,
  parseQuantity,
  quantityText,
  quantityToNumber,
} from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import type { autoscaling } from "../../control-plane/index.ts";
import type { Network, RequestTraffic, TrafficPlan } from "../../traffic/index.ts";

export function isAutoscaler(object: KubeObject): object is HorizontalPodAutoscaler {
  return object.kind === "HorizontalPodAutoscaler" && object.apiVersion === "autoscaling/v2";
}

/**
 * What the simulated servers use of their CPU: a pod with all its workers busy uses all that it may,
 * the sum of its containers' CPU limits, or their requests where they have no limit, or one CPU where
 * they have neither; fewer busy workers use their share. An assumption: no manifest says how much
 * CPU a request takes.
 */
export function podCpuCounters(
  cluster: Cluster,
  traffic: RequestTraffic,
  plan: TrafficPlan,
  network: Network,
): autoscaling.PodCpuCounters {
  const perWorker = new Map<number, number>();
  const cpuPerWorker = (pod: number, key: string): number => {
    let share = perWorker.get(pod);
    if (share === undefined) {
      const workload = plan.workloads[network.workloadOf(pod)];
      share =
        workload === undefined ? 0 : allCpu(cluster, key) / (workload.cores ?? workload.workers);
      perWorker.set(pod, share);
    }
    return share;
  };
  return {
    read() {
      const counters = new Map<string, number>();
      for (const { index, key, answering } of cluster.pods) {
        if (!answering) continue;
        counters.set(key, traffic.busyWorkerNs(index) * cpuPerWorker(index, key));
      }
      return counters;
    },
  };
}

function allCpu(cluster: Cluster, key: string): number {
  let sum = 0;
  for (const { resources } of cluster.store.get<Pod>("Pod", key)?.spec.containers ?? []) {
    const cpu = resources?.limits?.cpu ?? resources?.requests?.cpu;
    if (cpu !== undefined) sum += quantityToNumber(parseQuantity(quantityText(cpu)));
  }
  return sum === 0 ? 1 : sum;
}
