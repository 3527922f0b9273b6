import type { SimulatedKind } from "../schema/kinds.ts";
import type { ReleaseFeature } from "./feature.ts";

type PodFeature = Omit<ReleaseFeature, "kinds">;

const AFFINITY_LISTS = ["podAffinity", "podAntiAffinity"].flatMap((name) => [
  `affinity.${name}.requiredDuringSchedulingIgnoredDuringExecution[]`,
  `affinity.${name}.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm`,
]);

const isZero = (value: unknown): boolean => value === 0;

/** Features of a pod's specification; paths start below it. */
const POD_SPEC: readonly PodFeature[] = [
  {
    name: "minDomains",
    kep: 3022,
    since: 27,
    before: "ignored",
    path: "topologySpreadConstraints[].minDomains",
  },
  ...["nodeAffinityPolicy", "nodeTaintsPolicy"].map(
    (name): PodFeature => ({
      name,
      kep: 3094,
      since: 26,
      before: "ignored",
      path: `topologySpreadConstraints[].${name}`,
    }),
  ),
  {
    name: "matchLabelKeys of spread constraints",
    kep: 3243,
    since: 27,
    before: "ignored",
    path: "topologySpreadConstraints[].matchLabelKeys",
    instead: "name the label and its value in labelSelector",
  },
  ...AFFINITY_LISTS.flatMap((list) =>
    ["matchLabelKeys", "mismatchLabelKeys"].map(
      (name): PodFeature => ({
        name: `${name} of pod affinity`,
        kep: 3633,
        since: 31,
        before: "ignored",
        path: `${list}.${name}`,
        instead: "name the label and its value in labelSelector",
      }),
    ),
  ),
  {
    name: "sidecar containers",
    kep: 753,
    since: 29,
    before: "ignored",
    path: "initContainers[].restartPolicy",
    instead: "make it a regular container; as an init container it would block the pod's start",
  },
  {
    name: "restart policies of single containers",
    kep: 5307,
    since: 35,
    before: "rejected",
    path: "containers[].restartPolicy",
  },
  ...["containers", "initContainers"].map(
    (list): PodFeature => ({
      name: "restart rules",
      kep: 5307,
      since: 35,
      before: "ignored",
      path: `${list}[].restartPolicyRules`,
    }),
  ),
  ...["preStop", "postStart"].flatMap((hook): readonly PodFeature[] => [
    {
      name: `sleep in ${hook}`,
      kep: 3960,
      since: 30,
      before: "rejected",
      path: `containers[].lifecycle.${hook}.sleep`,
      instead: "run the image's own sleep command with exec",
    },
    {
      name: `sleep of 0 seconds in ${hook}`,
      kep: 4818,
      since: 33,
      before: "rejected",
      path: `containers[].lifecycle.${hook}.sleep.seconds`,
      applies: isZero,
      instead: "leave the hook out",
    },
  ]),
  {
    name: "schedulingGates",
    kep: 3521,
    since: 27,
    before: "ignored",
    path: "schedulingGates",
    instead: "create the pod only when it may be scheduled",
  },
  {
    name: "user namespaces",
    kep: 127,
    since: 33,
    before: "ignored",
    path: "hostUsers",
    applies: (value) => value === false,
  },
  {
    name: "resources of the pod as a whole",
    kep: 2837,
    since: 34,
    before: "ignored",
    path: "resources",
    instead: "give requests and limits to the containers",
  },
  {
    name: "hostnameOverride",
    kep: 4762,
    since: 35,
    before: "ignored",
    path: "hostnameOverride",
    instead: "use hostname",
  },
  {
    name: "environment variables with unusual names",
    kep: 4369,
    since: 32,
    before: "rejected",
    path: "containers[].env[].name",
    applies: (value) => typeof value === "string" && !/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(value),
    instead: "use letters, digits, -, _ and . and do not start with a digit",
  },
];

const TEMPLATE_KINDS: readonly SimulatedKind[] = [
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
];

/** Features of pods, in pods themselves and in the templates of workloads. */
export const podFeatures: readonly ReleaseFeature[] = POD_SPEC.flatMap((feature) => [
  { ...feature, kinds: ["Pod"], path: `spec.${feature.path}` },
  { ...feature, kinds: TEMPLATE_KINDS, path: `spec.template.spec.${feature.path}` },
]);
