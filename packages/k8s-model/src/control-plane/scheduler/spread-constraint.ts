import {
  HOSTNAME_LABEL,
  isEverything,
  type LabelSelector,
  type Labels,
  type Pod,
  type Selector,
  type SelectorRequirement,
  selectorFromLabels,
  selectorFromObject,
  selectorMatches,
  selectorOf,
  type TopologySpreadConstraint,
  ZONE_LABEL,
} from "../../api/index.ts";

/** A topology spread constraint with its selector read and its defaults filled in. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly minDomains: number;
  readonly honorsNodeAffinity: boolean;
  readonly honorsNodeTaints: boolean;
  /** Whether the pod itself is among those that it counts. */
  readonly selectsItself: boolean;
}

export interface PodSpread {
  /** DoNotSchedule: these filter. */
  readonly hard: readonly SpreadConstraint[];
  /** ScheduleAnyway, or the system's defaults: these score. */
  readonly soft: readonly SpreadConstraint[];
  /** The system's defaults also score nodes that lack one of the topology labels. */
  readonly systemDefaults: boolean;
}

/** What selects pods, reduced to what spreading needs of a Service. */
export interface SpreadingService {
  readonly metadata: { readonly namespace?: string };
  readonly spec: { readonly selector?: Labels };
}

/** The constraints that hold for a pod which has none of its own and is selected by something. */
const SYSTEM_DEFAULTS: readonly { readonly topologyKey: string; readonly maxSkew: number }[] = [
  { topologyKey: HOSTNAME_LABEL, maxSkew: 3 },
  { topologyKey: ZONE_LABEL, maxSkew: 5 },
];

/**
 * What the system's default constraints spread: pods like this one in the eyes of the Services that
 * select it and of the ReplicaSet or StatefulSet that made it. Undefined where nothing selects it.
 */
export function defaultSpreadSelector(
  pod: Pod,
  services: readonly SpreadingService[],
  controllerSelector?: LabelSelector,
): Selector | undefined {
  const labels = pod.metadata.labels;
  const merged: Record<string, string> = Object.create(null);
  for (const { metadata, spec } of services) {
    if ((metadata.namespace ?? "default") !== (pod.metadata.namespace ?? "default")) continue;
    const { selector } = spec;
    if (selector === undefined || Object.keys(selector).length === 0) continue;
    if (selectorMatches(selectorFromLabels(selector), labels)) Object.assign(merged, selector);
  }
  const { requirements } = selectorFromLabels(merged);
  const made =
    controllerSelector === undefined ? [] : selectorFromObject(controllerSelector).requirements;
  const selector = selectorOf([...requirements, ...made]);
  return isEverything(selector) ? undefined : selector;
}

/** The constraints of a pod, or the system's defaults where it has none and `selector` is given. */
export function podSpread(pod: Pod, selector: Selector | undefined): PodSpread {
  const labels = pod.metadata.labels ?? {};
  const own = pod.spec.topologySpreadConstraints ?? [];
  if (own.length > 0) {
    const when = (action: string): readonly SpreadConstraint[] =>
      own
        .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
        .map((constraint) => compile(constraint, labels));
    return { hard: when("DoNotSchedule"), soft: when("ScheduleAnyway"), systemDefaults: false };
  }
  const soft = selector === undefined ? [] : SYSTEM_DEFAULTS.map((one) => byDefault(one, selector));
  return { hard: [], soft, systemDefaults: true };
}

function byDefault(
  { topologyKey, maxSkew }: { readonly topologyKey: string; readonly maxSkew: number },
  selector: Selector,
): SpreadConstraint {
  return {
    maxSkew,
    topologyKey,
    selector,
    minDomains: 1,
    honorsNodeAffinity: true,
    honorsNodeTaints: false,
    selectsItself: true,
  };
}

function compile(constraint: TopologySpreadConstraint, labels: Labels): SpreadConstraint {
  const selector = withOwnLabels(constraint, labels);
  return {
    maxSkew: constraint.maxSkew,
    topologyKey: constraint.topologyKey,
    selector,
    minDomains: constraint.minDomains ?? 1,
    honorsNodeAffinity: (constraint.nodeAffinityPolicy ?? "Honor") === "Honor",
    honorsNodeTaints: constraint.nodeTaintsPolicy === "Honor",
    selectsItself: selectorMatches(selector, labels),
  };
}

/** The selector narrowed to pods that agree with this one on `matchLabelKeys`. */
function withOwnLabels(constraint: TopologySpreadConstraint, labels: Labels): Selector {
  const selector = selectorFromObject(constraint.labelSelector);
  const own = (constraint.matchLabelKeys ?? []).flatMap((key): readonly SelectorRequirement[] => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return value === undefined ? [] : [{ key, operator: "=", values: [value] }];
  });
  return own.length === 0 ? selector : selectorOf([...own, ...selector.requirements]);
}
