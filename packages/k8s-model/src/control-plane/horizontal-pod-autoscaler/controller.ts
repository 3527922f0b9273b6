import type { EventId } from "@k8s-netsim/sim-core";
import {
  type Deployment,
  type HorizontalPodAutoscaler,
  type ReplicaSet,
  type StatefulSet,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import { edit, executeChange } from "../runtime/change.ts";
import type { Informers } from "../runtime/informers.ts";
import { TokenBucket } from "../runtime/token-bucket.ts";
import type { Work } from "../runtime/work.ts";
import type { Timings } from "../timings.ts";
import type { AutoscalerMemory } from "./memory.ts";
import { AUTOSCALER_DEFAULTS, type AutoscalerOptions } from "./options.ts";
import { type AutoscalerPlan, planAutoscaler, type TargetScale } from "./plan.ts";
import { MetricsServer, type PodCpuCounters, type PodMetrics } from "./pod-metrics.ts";

type Scalable = Deployment | ReplicaSet | StatefulSet;

/**
 * The autoscaler: every HorizontalPodAutoscaler is looked at one `syncPeriodNs` after it was seen
 * and then every period. Looking is no work of the control plane, so that a cluster can rest
 * meanwhile; its writes are.
 */
export class AutoscalerController {
  readonly #work: Work;
  readonly #store: Store;
  readonly #informers: Informers;
  readonly #timings: Timings;
  readonly #options: AutoscalerOptions;
  readonly #bucket: TokenBucket;
  readonly #events = new Map<string, EventId>();
  readonly #memories = new Map<string, AutoscalerMemory>();
  #metrics: PodMetrics | undefined;

  constructor(
    work: Work,
    store: Store,
    timings: Timings,
    informers: Informers,
    options: Partial<AutoscalerOptions> = {},
  ) {
    this.#work = work;
    this.#store = store;
    this.#informers = informers;
    this.#timings = timings;
    this.#options = { ...AUTOSCALER_DEFAULTS, ...options };
    this.#bucket = new TokenBucket(timings.controllerQps, timings.controllerBurst);
    informers.autoscalers.onEvent(({ type, key }) => {
      if (type === "DELETED") this.#forget(key);
      else if (!this.#events.has(key)) this.#later(key);
    });
  }

  /** Starts a metrics server over these counters; without one every CPU metric fails. */
  measure(counters: PodCpuCounters): void {
    this.#metrics = new MetricsServer(this.#work.sim, counters, this.#options);
  }

  #later(key: string): void {
    const atNs = this.#work.now + this.#options.syncPeriodNs;
    const event = this.#work.sim.at(atNs, () => {
      this.#sync(key);
      this.#later(key);
    });
    this.#events.set(key, event);
  }

  #forget(key: string): void {
    const event = this.#events.get(key);
    if (event !== undefined) this.#work.sim.cancel(event);
    this.#events.delete(key);
    this.#memories.delete(key);
  }

  #sync(key: string): void {
    const autoscaler = this.#informers.autoscalers.get(key);
    if (autoscaler === undefined) return;
    const plan = planAutoscaler({
      autoscaler,
      scale: this.#scaleOf(autoscaler),
      metrics: this.#metrics,
      memory: this.#memories.get(key),
      options: this.#options,
      nowNs: this.#work.now,
    });
    this.#memories.set(key, plan.memory);
    this.#carryOut(autoscaler, key, plan);
  }

  #carryOut(
    { spec, metadata, status }: HorizontalPodAutoscaler,
    key: string,
    plan: AutoscalerPlan,
  ): void {
    const { rescaleTo } = plan;
    if (rescaleTo !== undefined) {
      const { kind, name } = spec.scaleTargetRef;
      const target = metadata.namespace === undefined ? name : `${metadata.namespace}/${name}`;
      this.#write(
        edit<Scalable>(kind as Scalable["kind"], target, (draft) => {
          draft.spec.replicas = rescaleTo;
        }),
      );
    }
    if (JSON.stringify(status) === JSON.stringify(plan.status)) return;
    this.#write(
      edit<HorizontalPodAutoscaler>("HorizontalPodAutoscaler", key, (draft) => {
        draft.status = plan.status as NonNullable<typeof draft.status>;
      }),
    );
  }

  #scaleOf({ spec, metadata }: HorizontalPodAutoscaler): TargetScale | undefined {
    const { namespace } = metadata;
    const { kind, name } = spec.scaleTargetRef;
    const target = this.#target(kind, namespace === undefined ? name : `${namespace}/${name}`);
    if (target === undefined) return undefined;
    const selector = selectorFromObject(target.spec.selector);
    const status = target.status as { readonly replicas?: number } | undefined;
    return {
      specReplicas: target.spec.replicas ?? 1,
      statusReplicas: status?.replicas ?? 0,
      pods: this.#informers.pods
        .byIndex("namespace", namespace ?? "")
        .filter((pod) => selectorMatches(selector, pod.metadata.labels)),
    };
  }

  #target(kind: string, key: string): Scalable | undefined {
    const { deployments, replicaSets, statefulSets } = this.#informers;
    if (kind === "Deployment") return deployments.get(key);
    if (kind === "ReplicaSet") return replicaSets.get(key);
    return kind === "StatefulSet" ? statefulSets.get(key) : undefined;
  }

  #write(change: ReturnType<typeof edit>): void {
    const fromNs = this.#bucket.take(this.#work.now);
    this.#work.at(fromNs + this.#timings.apiWriteNs, () => {
      executeChange(this.#store, this.#work.now, change);
    });
  }
}
