import type { KubeObject } from "../meta.ts";
import {
  child,
  copyOf,
  ensureChild,
  type Fields,
  field,
  items,
  setDefault,
  text,
  texts,
} from "../schema/fields.ts";
import { kindInfo, type SimulatedKind } from "../schema/kinds.ts";
import { storedForm } from "../schema/stored-form.ts";
import { applyDefaults, type DefaultingOptions } from "./apply-defaults.ts";
import { mergeMatchLabelKeys } from "./match-label-keys.ts";
import { qualityOfService } from "./quality-of-service.ts";
import { wantsHealthCheckPort, wantsNodePorts } from "./service.ts";

/** What the API server chooses itself when an object is created. */
export interface ServerChoices {
  readonly address: (family: "IPv4" | "IPv6") => string;
  readonly nodePort: () => number | string;
  readonly healthCheckPort: () => number | string;
  /** The characters put behind `generateName`. */
  readonly nameSuffix: () => string;
}

/** Symbols in place of chosen values, for comparing objects without an allocator. */
export const SYMBOLIC_CHOICES: ServerChoices = {
  address: (family) => (family === "IPv4" ? "<allocated-v4>" : "<allocated-v6>"),
  nodePort: () => "<allocated>",
  healthCheckPort: () => "<allocated>",
  nameSuffix: () => "<5 random>",
};

export interface StoredOptions extends DefaultingOptions {
  readonly choices?: ServerChoices;
  /** The namespace of objects that name none; `default` unless given. */
  readonly namespace?: string;
}

/**
 * The object as an API server (1.36, default admission without ServiceAccount) stores it when it is
 * created: defaults, what the kind's strategy resets or adds, chosen values, and Go's written form.
 * Unknown fields are dropped. Without `choices` the symbols of {@link SYMBOLIC_CHOICES} stand in.
 */
export function storedObject(object: KubeObject, options: StoredOptions = {}): Fields {
  const info = kindInfo(object.kind);
  const copy = copyOf(applyDefaults(object, options)) as unknown as Fields;
  if (info === undefined) return copy;
  const choices = options.choices ?? SYMBOLIC_CHOICES;
  const metadata = ensureChild(copy, "metadata");
  if (text(metadata, "name") === "" && text(metadata, "generateName") !== "") {
    metadata.name = `${text(metadata, "generateName")}${choices.nameSuffix()}`;
  }
  if (info.namespaced) setDefault(metadata, "namespace", options.namespace ?? "default");
  else delete metadata.namespace;
  for (const name of SERVER_OWNED) delete metadata[name];
  STRATEGIES[info.kind](copy, choices);
  return storedForm(copy, info.kind);
}

/** Metadata that the server sets itself; what a client writes is replaced. */
const SERVER_OWNED = [
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
  "managedFields",
  "generation",
];

type Strategy = (object: Fields, choices: ServerChoices) => void;

const startGeneration: Strategy = (object) => {
  ensureChild(object, "metadata").generation = 1;
};

const resetWorkload: Strategy = (object, choices) => {
  startGeneration(object, choices);
  object.status = {};
};

const STRATEGIES: Readonly<Record<SimulatedKind, Strategy>> = {
  Namespace: (namespace) => {
    const spec = ensureChild(namespace, "spec");
    const finalizers = texts(spec, "finalizers");
    if (!finalizers.includes("kubernetes")) spec.finalizers = [...finalizers, "kubernetes"];
    namespace.status = { phase: "Active" };
    const metadata = ensureChild(namespace, "metadata");
    ensureChild(metadata, "labels")["kubernetes.io/metadata.name"] = text(metadata, "name");
  },
  Node: addNotReadyTaint,
  Pod: (pod, choices) => {
    startGeneration(pod, choices);
    const spec = ensureChild(pod, "spec");
    mergeMatchLabelKeys(spec, child(child(pod, "metadata"), "labels"));
    const qosClass = qualityOfService(spec);
    const gated = items(spec, "schedulingGates").length > 0;
    pod.status = { phase: "Pending", qosClass, ...(gated ? { conditions: [GATED] } : {}) };
  },
  Service: chooseForService,
  Deployment: resetWorkload,
  ReplicaSet: resetWorkload,
  StatefulSet: (statefulSet, choices) => {
    resetWorkload(statefulSet, choices);
    const rolling = child(child(child(statefulSet, "spec"), "updateStrategy"), "rollingUpdate");
    if (rolling !== undefined) delete rolling.maxUnavailable;
  },
  DaemonSet: (daemonSet, choices) => {
    resetWorkload(daemonSet, choices);
    const annotations = ensureChild(ensureChild(daemonSet, "metadata"), "annotations");
    annotations["deprecated.daemonset.template.generation"] = "1";
  },
  EndpointSlice: (slice, choices) => {
    startGeneration(slice, choices);
    for (const endpoint of items(slice, "endpoints")) delete endpoint.deprecatedTopology;
  },
  PodDisruptionBudget: resetWorkload,
};

const GATED = {
  type: "PodScheduled",
  status: "False",
  reason: "SchedulingGated",
  message: "Scheduling is blocked due to non-empty scheduling gates",
};

const NOT_READY = "node.kubernetes.io/not-ready";

function addNotReadyTaint(node: Fields): void {
  const spec = ensureChild(node, "spec");
  const taints = items(spec, "taints");
  const present = taints.some(
    (taint) => text(taint, "key") === NOT_READY && text(taint, "effect") === "NoSchedule",
  );
  if (!present) spec.taints = [...taints, { key: NOT_READY, effect: "NoSchedule" }];
}

function chooseForService(service: Fields, choices: ServerChoices): void {
  service.status = {};
  const spec = ensureChild(service, "spec");
  if (text(spec, "type") !== "ExternalName") chooseAddresses(spec, choices);
  if (wantsNodePorts(spec)) {
    for (const port of items(spec, "ports")) {
      if ((field(port, "nodePort") ?? 0) === 0) port.nodePort = choices.nodePort();
    }
  }
  if (wantsHealthCheckPort(spec) && (field(spec, "healthCheckNodePort") ?? 0) === 0) {
    spec.healthCheckNodePort = choices.healthCheckPort();
  }
}

function chooseAddresses(spec: Fields, choices: ServerChoices): void {
  const given = texts(spec, "clusterIPs");
  if (given[0] === "None") return;
  const addresses = texts(spec, "ipFamilies").map(
    (family, index) => given[index] || choices.address(family as "IPv4" | "IPv6"),
  );
  spec.clusterIPs = addresses;
  spec.clusterIP = addresses[0];
}
