import type { ReleaseFeature } from "./feature.ts";
import { podFeatures } from "./pod-features.ts";

const HINTS_ANNOTATION = "service.kubernetes.io/topology-aware-hints";
const MODE_ANNOTATION = "service.kubernetes.io/topology-mode";

const serviceFeatures: readonly ReleaseFeature[] = [
  {
    name: "trafficDistribution",
    kep: 4444,
    since: 31,
    before: "ignored",
    kinds: ["Service"],
    path: "spec.trafficDistribution",
    instead: `use the annotation ${MODE_ANNOTATION}: Auto`,
  },
  ...["PreferSameZone", "PreferSameNode"].map(
    (value): ReleaseFeature => ({
      name: `trafficDistribution ${value}`,
      kep: 3015,
      since: 34,
      before: "rejected",
      kinds: ["Service"],
      path: "spec.trafficDistribution",
      applies: (given) => given === value,
      instead:
        value === "PreferSameZone"
          ? "use PreferClose, the older name of the same rule"
          : "use PreferClose, which prefers the zone, or internalTrafficPolicy Local",
    }),
  ),
  {
    name: "the annotation topology-mode",
    kep: 2433,
    since: 27,
    before: "ignored",
    kinds: ["Service"],
    path: `metadata.annotations[${MODE_ANNOTATION}]`,
    instead: `use its older name ${HINTS_ANNOTATION}`,
  },
  {
    name: "Service names that start with a digit",
    kep: 5311,
    since: 36,
    before: "rejected",
    kinds: ["Service"],
    path: "metadata.name",
    applies: (value) => typeof value === "string" && /^[0-9]/.test(value),
    instead: "start the name with a letter",
  },
  {
    name: "internalTrafficPolicy",
    kep: 2086,
    since: 22,
    before: "ignored",
    kinds: ["Service"],
    path: "spec.internalTrafficPolicy",
  },
  ...["ipFamilies", "ipFamilyPolicy", "clusterIPs"].map(
    (name): ReleaseFeature => ({
      name: `dual stack (${name})`,
      kep: 563,
      since: 21,
      before: "ignored",
      kinds: ["Service"],
      path: `spec.${name}`,
    }),
  ),
  {
    name: "allocateLoadBalancerNodePorts",
    kep: 1864,
    since: 22,
    before: "ignored",
    kinds: ["Service"],
    path: "spec.allocateLoadBalancerNodePorts",
  },
  {
    name: "loadBalancerClass",
    kep: 1959,
    since: 22,
    before: "ignored",
    kinds: ["Service"],
    path: "spec.loadBalancerClass",
  },
  {
    name: "node hints",
    kep: 3015,
    since: 34,
    before: "ignored",
    kinds: ["EndpointSlice"],
    path: "endpoints[].hints.forNodes",
  },
];

const workloadFeatures: readonly ReleaseFeature[] = [
  {
    name: "maxUnavailable of StatefulSets",
    kep: 961,
    since: undefined,
    before: "ignored",
    kinds: ["StatefulSet"],
    path: "spec.updateStrategy.rollingUpdate.maxUnavailable",
    instead: "expect one pod at a time, unless the gate MaxUnavailableStatefulSet is set",
  },
  {
    name: "ordinals of StatefulSets",
    kep: 3335,
    since: 27,
    before: "ignored",
    kinds: ["StatefulSet"],
    path: "spec.ordinals",
  },
  {
    name: "persistentVolumeClaimRetentionPolicy",
    kep: 1847,
    since: 27,
    before: "ignored",
    kinds: ["StatefulSet"],
    path: "spec.persistentVolumeClaimRetentionPolicy",
    applies: (value) => JSON.stringify(value).includes("Delete"),
  },
  {
    name: "maxSurge of DaemonSets",
    kep: 1591,
    since: 22,
    before: "ignored",
    kinds: ["DaemonSet"],
    path: "spec.updateStrategy.rollingUpdate.maxSurge",
    applies: (value) => value !== 0,
  },
];

/** Every feature that depends on the release, with the proposal that says since when. */
export const releaseFeatures: readonly ReleaseFeature[] = [
  ...serviceFeatures,
  ...workloadFeatures,
  ...podFeatures,
];
