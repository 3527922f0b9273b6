import { stringify } from "yaml";
import type { Deployment, ReplicaSet, StatefulSet } from "../../api/index.ts";
import { adviseSpread, minorVersion, type SpreadAdvice } from "../../control-plane/index.ts";
import type { TrafficPlan } from "../../traffic/index.ts";
import type { Advisor } from "../findings/explain-service.ts";
import type { Finding } from "../findings/finding.ts";
import type { ServiceSituation } from "../findings/situation.ts";
import type { RestingCluster } from "./resting-cluster.ts";

type Spreadable = Deployment | StatefulSet | ReplicaSet;

export interface AdvisorOptions {
  readonly side: RestingCluster;
  readonly plan: TrafficPlan;
  /** Workloads whose replicas are not ours to propose, with the reason. */
  readonly limits: ReadonlyMap<string, string>;
  readonly kubernetesVersion: string;
}

/** Proposes what the cluster at rest has room for: every patch is tried out by the scheduler. */
export function clusterAdvisor({ side, plan, limits, kubernetesVersion }: AdvisorOptions): Advisor {
  const keyOf = (index: number): string => plan.workloads[index]?.key ?? "";
  const spreadable = (situation: ServiceSituation): Spreadable | undefined => {
    const [only, ...more] = situation.workloads;
    if (only === undefined || more.length > 0) return undefined;
    const object = side.workloadObject(keyOf(only));
    return object !== undefined && isSpreadable(object.kind) ? (object as Spreadable) : undefined;
  };
  return {
    keepsAsIs: (situation) =>
      situation.workloads.map((index) => limits.get(keyOf(index))).find((reason) => reason),
    sameZone: sameZoneIn(minorVersion(kubernetesVersion)),
    hintsRefused: (service) => side.hintsRefused(service),
    spread(situation) {
      const workload = spreadable(situation);
      if (workload === undefined) {
        return { whyNot: "several workloads are behind the Service, or none that can be spread" };
      }
      const advice = adviseSpread({ workload, nodes: side.nodes(), pods: side.pods() });
      if (advice.unschedulable !== undefined) return { whyNot: advice.unschedulable };
      const unreached = situation.zones
        .filter(({ zone, demandHz }) => demandHz > 0 && (advice.perZone.get(zone) ?? 0) === 0)
        .map(({ zone }) => zone);
      return unreached.length === 0
        ? { patch: patchOf(workload, advice) }
        : { whyNot: `no node in ${unreached.join(", ")} takes such a pod` };
    },
  };
}

/** KEP-4444: on from 1.31; KEP-3015: the newer name from 1.34. */
function sameZoneIn(minor: number): Advisor["sameZone"] {
  if (minor < 31) return undefined;
  return minor < 34 ? "PreferClose" : "PreferSameZone";
}

function isSpreadable(kind: string): boolean {
  return kind === "Deployment" || kind === "StatefulSet" || kind === "ReplicaSet";
}

function patchOf(workload: Spreadable, advice: SpreadAdvice): NonNullable<Finding["patch"]> {
  const { kind, metadata } = workload;
  const perZone = [...advice.perZone].map(([zone, pods]) => `${zone} ${pods}`).join(", ");
  return {
    description: `${advice.replicas} replicas of ${kind} ${metadata.name}, spread over zones: ${perZone}.`,
    yaml: stringify(advice.patch),
    headroom: [...advice.headroom].map(([zone, pods]) => ({
      zone,
      left: `room for ${pods} more such ${pods === 1 ? "pod" : "pods"}`,
    })),
  };
}
