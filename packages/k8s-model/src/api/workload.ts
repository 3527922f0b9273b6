import type { IntOrString, KubeObject, LabelSelector } from "./meta.ts";
import type { PodTemplateSpec } from "./pod.ts";

interface WorkloadSpec {
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly minReadySeconds?: number;
  readonly [field: string]: unknown;
}

interface RevisedWorkloadSpec extends WorkloadSpec {
  readonly revisionHistoryLimit?: number;
}

export interface Deployment extends KubeObject {
  readonly apiVersion: "apps/v1";
  readonly kind: "Deployment";
  readonly spec: RevisedWorkloadSpec & {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly progressDeadlineSeconds?: number;
    readonly strategy?: {
      readonly type?: "RollingUpdate" | "Recreate";
      readonly rollingUpdate?: {
        readonly maxSurge?: IntOrString;
        readonly maxUnavailable?: IntOrString;
      };
    };
  };
}

export interface ReplicaSet extends KubeObject {
  readonly apiVersion: "apps/v1";
  readonly kind: "ReplicaSet";
  readonly spec: WorkloadSpec & { readonly replicas?: number };
}

export interface StatefulSet extends KubeObject {
  readonly apiVersion: "apps/v1";
  readonly kind: "StatefulSet";
  readonly spec: RevisedWorkloadSpec & {
    readonly replicas?: number;
    readonly serviceName?: string;
    readonly podManagementPolicy?: "OrderedReady" | "Parallel";
    readonly volumeClaimTemplates?: readonly unknown[];
    readonly ordinals?: { readonly start?: number };
  };
}

export interface DaemonSet extends KubeObject {
  readonly apiVersion: "apps/v1";
  readonly kind: "DaemonSet";
  readonly spec: RevisedWorkloadSpec;
}

export type Workload = Deployment | ReplicaSet | StatefulSet | DaemonSet;

export interface Namespace extends KubeObject {
  readonly apiVersion: "v1";
  readonly kind: "Namespace";
}
