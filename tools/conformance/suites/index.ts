import type { Suite } from "../suite.ts";
import { boundedFrequency } from "./bounded-frequency.ts";
import { captures } from "./captures.ts";
import { conntrackCleanup } from "./conntrack-cleanup.ts";
import { daemonsetRollout } from "./daemonset-rollout.ts";
import { endpointsliceReconcile, trafficDistribution } from "./endpointslice-reconcile.ts";
import { hpaReplicas } from "./hpa-replicas.ts";
import { ipSpread } from "./ip-spread.ts";
import { kubeproxyRules } from "./kubeproxy-rules.ts";
import { labelSelector } from "./label-selector.ts";
import { legacyEndpoints } from "./legacy-endpoints.ts";
import { loadbalancer } from "./loadbalancer.ts";
import { manifestDefaulting } from "./manifest-defaulting.ts";
import { manifestValidation } from "./manifest-validation.ts";
import { nodeLifecycle } from "./node-lifecycle.ts";
import { proxyCategorize } from "./proxy-categorize.ts";
import { quantity } from "./quantity.ts";
import { replicasetPodDeletionOrder } from "./replicaset-pod-deletion-order.ts";
import { resolver } from "./resolver.ts";
import { rollout } from "./rollout.ts";
import { rolloutProportional } from "./rollout-proportional.ts";
import { schedulerPlacement } from "./scheduler-placement.ts";
import { serializedSizesSuite } from "./serialized-sizes.ts";
import { statefulsetRollout } from "./statefulset-rollout.ts";
import { topologyHints } from "./topology-hints.ts";
import { triggerTime } from "./trigger-time.ts";
import { workqueueBackoff } from "./workqueue-backoff.ts";

/** Every suite that `npm run conformance` knows; one line to add another. */
export const SUITES: readonly Suite[] = [
  labelSelector,
  quantity,
  manifestDefaulting,
  manifestValidation,
  schedulerPlacement,
  endpointsliceReconcile,
  trafficDistribution,
  topologyHints,
  proxyCategorize,
  kubeproxyRules,
  captures,
  conntrackCleanup,
  ipSpread,
  rollout,
  rolloutProportional,
  replicasetPodDeletionOrder,
  serializedSizesSuite,
  legacyEndpoints,
  statefulsetRollout,
  daemonsetRollout,
  hpaReplicas,
  nodeLifecycle,
  workqueueBackoff,
  triggerTime,
  boundedFrequency,
  resolver,
  loadbalancer,
];
