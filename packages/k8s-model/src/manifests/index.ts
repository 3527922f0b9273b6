export { type Anonymiser, anonymiser, type Nameable } from "./anonymise.ts";
export * from "./changed.ts";
export { type ClusterFacts, clusterFacts } from "./cluster-facts.ts";
export * from "./diagnostic.ts";
export type { CloudProvider, Fact, ProxyMode } from "./fact.ts";
export { type FieldPath, formatFieldPath, parseFieldPath, valueAt } from "./field-path.ts";
export * from "./kinds.ts";
export type { ManifestObject } from "./manifest-object.ts";
export * from "./read.ts";
export { checkReferences } from "./references/index.ts";
export {
  type DeclaredPort,
  declaredPorts,
  type ServiceView,
  servicesOf,
  targetPortNumber,
} from "./services.ts";
export { applySet, applySets, type SetChange, type SetResult } from "./set.ts";
export { keyOf, runningContainers, type WorkloadView, workloadsOf } from "./workloads.ts";
