import {
  isEverything,
  type Labels,
  NOTHING,
  type Pod,
  type PodAffinityTerm,
  type Selector,
  type SelectorRequirement,
  selectorFromObject,
  selectorMatches,
  selectorOf,
  type WeightedPodAffinityTerm,
} from "../../api/index.ts";

/** A term of pod affinity or anti-affinity with its selectors read. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Selector;
}

export interface WeightedAffinityTerm {
  /** Negative for anti-affinity. */
  readonly weight: number;
  readonly term: AffinityTerm;
}

/** All that a pod says about where other pods are. */
export interface PodAffinities {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly WeightedAffinityTerm[];
  readonly any: boolean;
}

/** A pod as an affinity term sees it. */
export interface AffinityTarget {
  readonly namespace: string;
  readonly labels: Labels;
}

export function podAffinities(pod: Pod, namespace: string): PodAffinities {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const labels = pod.metadata.labels ?? {};
  const read = (term: PodAffinityTerm): AffinityTerm => compile(term, namespace, labels);
  const weigh =
    (sign: 1 | -1) =>
    ({ weight, podAffinityTerm }: WeightedPodAffinityTerm): WeightedAffinityTerm => ({
      weight: sign * weight,
      term: read(podAffinityTerm),
    });
  const required = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map(read) ?? [];
  const requiredAnti =
    podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map(read) ?? [];
  const preferred = [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(weigh(1)) ?? []),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(weigh(-1)) ?? []),
  ];
  const any = required.length + requiredAnti.length + preferred.length > 0;
  return { required, requiredAnti, preferred, any };
}

/** Whether the term is about this pod; `namespaceLabels` are those of the pod's namespace. */
export function termMatches(
  term: AffinityTerm,
  target: AffinityTarget,
  namespaceLabels: Labels | undefined,
): boolean {
  return (
    (term.namespaces.has(target.namespace) ||
      isEverything(term.namespaceSelector) ||
      selectorMatches(term.namespaceSelector, namespaceLabels)) &&
    selectorMatches(term.selector, target.labels)
  );
}

function compile(term: PodAffinityTerm, namespace: string, labels: Labels): AffinityTerm {
  const named = term.namespaces ?? [];
  const onlyOwn = named.length === 0 && term.namespaceSelector === undefined;
  return {
    topologyKey: term.topologyKey,
    selector: narrowed(term, labels),
    namespaces: new Set(onlyOwn ? [namespace] : named),
    namespaceSelector: selectorFromObject(term.namespaceSelector),
  };
}

/** The API server adds these requirements when it stores a pod; doing it twice changes nothing. */
function narrowed(term: PodAffinityTerm, labels: Labels): Selector {
  const selector = selectorFromObject(term.labelSelector);
  if (selector === NOTHING) return NOTHING;
  const own = (keys: readonly string[] | undefined, operator: "in" | "notin") =>
    (keys ?? []).flatMap((key): readonly SelectorRequirement[] => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const more = [...own(term.matchLabelKeys, "in"), ...own(term.mismatchLabelKeys, "notin")];
  return more.length === 0 ? selector : selectorOf([...selector.requirements, ...more]);
}
