import { groupOf } from "./api-group.ts";

const POLICY = "no traffic is blocked by it";
const MESH = "traffic is not split, retried, timed out or kept in its zone by the mesh";
const GATEWAY =
  "its routes and their weights send no traffic; entry traffic reaches Services directly";
const PODS =
  "its pods are not made: they take no room on nodes, and Services that select them lack them";

/** Kinds by group; `*` stands for every kind of a group. */
const EFFECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "": { ReplicationController: PODS, LimitRange: "its default requests are not given to pods" },
  extensions: {
    NetworkPolicy: POLICY,
    Deployment: "this API version is no longer served; its pods are not made",
    DaemonSet: "this API version is no longer served; its pods are not made",
    ReplicaSet: "this API version is no longer served; its pods are not made",
    Ingress: "this API version is no longer served; its backends are not taken for entry points",
  },
  batch: { Job: PODS, CronJob: PODS },
  "networking.k8s.io": { NetworkPolicy: POLICY },
  "policy.networking.k8s.io": { "*": POLICY },
  "cilium.io": {
    CiliumNetworkPolicy: POLICY,
    CiliumClusterwideNetworkPolicy: POLICY,
    CiliumLocalRedirectPolicy: "traffic is not redirected to pods of the own node",
    CiliumEnvoyConfig: MESH,
    CiliumClusterwideEnvoyConfig: MESH,
    CiliumEgressGatewayPolicy: "traffic that leaves the cluster takes no detour",
  },
  "crd.projectcalico.org": { NetworkPolicy: POLICY, GlobalNetworkPolicy: POLICY },
  "projectcalico.org": { NetworkPolicy: POLICY, GlobalNetworkPolicy: POLICY },
  "gateway.networking.k8s.io": { "*": GATEWAY },
  "networking.istio.io": {
    Gateway: GATEWAY,
    VirtualService: MESH,
    DestinationRule: MESH,
    Sidecar: "sidecars see every Service",
    ServiceEntry: "hosts that it adds to the mesh have no endpoints",
    WorkloadEntry: "endpoints outside of the cluster are missing",
    WorkloadGroup: "endpoints outside of the cluster are missing",
    EnvoyFilter: MESH,
  },
  "security.istio.io": { "*": "no request is refused, and mutual TLS costs nothing" },
  "linkerd.io": { "*": MESH },
  "policy.linkerd.io": { "*": "no request is refused, and its routes do not apply" },
  "split.smi-spec.io": { "*": MESH },
  "specs.smi-spec.io": { "*": MESH },
  "access.smi-spec.io": { "*": "no request is refused" },
  "kuma.io": { "*": MESH },
  "consul.hashicorp.com": { "*": MESH },
  "traefik.io": { "*": GATEWAY },
  "projectcontour.io": { "*": GATEWAY },
  "route.openshift.io": { Route: GATEWAY },
  "apps.openshift.io": { DeploymentConfig: PODS },
  "argoproj.io": { Rollout: PODS },
  "serving.knative.dev": { "*": PODS },
  "apps.kruise.io": { "*": PODS },
  "multicluster.x-k8s.io": { "*": "endpoints of other clusters are missing" },
  "keda.sh": { ScaledObject: "it does not change the number of pods" },
  "autoscaling.k8s.io": { VerticalPodAutoscaler: "it does not change what pods request" },
  "kustomize.config.k8s.io": {
    Kustomization:
      "it was not applied; the files are read as they are (run kubectl kustomize first)",
  },
  "helm.toolkit.fluxcd.io": { HelmRelease: "what it installs is not in the input" },
};

/** What the simulation lacks because objects of this kind are ignored; undefined if nothing. */
export function missingEffect(apiVersion: string, kind: string): string | undefined {
  const group = groupOf(apiVersion);
  if (!Object.hasOwn(EFFECTS, group)) return undefined;
  const kinds = EFFECTS[group] as Readonly<Record<string, string>>;
  if (Object.hasOwn(kinds, kind)) return kinds[kind];
  return kinds["*"];
}

/** Whether a group is Kubernetes' own or one that many clusters have: its kinds tell nobody's name. */
export function isKnownGroup(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  const isOwn = !group.includes(".") || /(?:^|\.)k8s\.io$/.test(group);
  return isOwn || Object.hasOwn(EFFECTS, group);
}
