import {
  LabelSelectorError,
  type Labels,
  type NodeSelectorRequirement,
  type NodeSelectorTerm,
  type PodSpec,
  requirement,
  type Selector,
  type SelectorOperator,
  selectorFromLabels,
  selectorMatches,
  selectorOf,
} from "../../api/index.ts";

/** A node as affinity sees it. */
interface Candidate {
  readonly name: string;
  readonly labels: Labels;
}

/** What `nodeSelector` and required node affinity ask for. */
export interface RequiredNodeAffinity {
  matches(node: Candidate): boolean;
  /** Set where every term names nodes: only these need to be looked at; empty when terms conflict. */
  readonly nodeNames?: ReadonlySet<string>;
}

export interface PreferredNodeAffinity {
  /** The weights of the matching terms, added up. */
  score(node: Candidate): number;
}

type Term = (node: Candidate) => boolean;

const OPERATORS: ReadonlyMap<string, SelectorOperator> = new Map([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "!"],
  ["Gt", "gt"],
  ["Lt", "lt"],
]);

export function requiredNodeAffinity(spec: PodSpec): RequiredNodeAffinity {
  const labels = selectorFromLabels(spec.nodeSelector);
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms?.map(compileTerm);
  const nodeNames = namedNodes(required?.nodeSelectorTerms ?? []);
  return {
    matches: (node) =>
      selectorMatches(labels, node.labels) &&
      (terms === undefined || terms.some((matches) => matches(node))),
    ...(nodeNames === undefined ? {} : { nodeNames }),
  };
}

/** Undefined where the pod prefers nothing: the plugin then has nothing to say. */
export function preferredNodeAffinity(spec: PodSpec): PreferredNodeAffinity | undefined {
  const preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  if (preferred === undefined) return undefined;
  const terms = preferred.map(({ weight, preference }) => ({
    weight,
    matches: compileTerm(preference),
  }));
  return {
    score(node) {
      let sum = 0;
      for (const { weight, matches } of terms) if (matches(node)) sum += weight;
      return sum;
    },
  };
}

/** An empty term, and one that cannot be read, select no node. */
function compileTerm(term: NodeSelectorTerm): Term {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return () => false;
  const selector = compileExpressions(expressions);
  const fieldTests = fields.map(compileField);
  if (selector === undefined || fieldTests.includes(undefined)) return () => false;
  return (node) =>
    selectorMatches(selector, node.labels) && fieldTests.every((test) => test?.(node) === true);
}

function compileExpressions(list: readonly NodeSelectorRequirement[]): Selector | undefined {
  try {
    return selectorOf(
      list.map(({ key, operator, values }) => {
        const known = OPERATORS.get(operator);
        return requirement(
          key,
          known ?? "exists",
          known === undefined ? [operator] : (values ?? []),
        );
      }),
    );
  } catch (error) {
    if (error instanceof LabelSelectorError) return undefined;
    throw error;
  }
}

function compileField({ key, operator, values }: NodeSelectorRequirement): Term | undefined {
  const [value] = values ?? [];
  if (values?.length !== 1 || value === undefined) return undefined;
  const fieldOf = (node: Candidate): string => (key === "metadata.name" ? node.name : "");
  if (operator === "In") return (node) => fieldOf(node) === value;
  if (operator === "NotIn") return (node) => fieldOf(node) !== value;
  return undefined;
}

/** Terms are alternatives: one that names no node leaves all nodes in play. */
function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  if (terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const sets = matchFields
      .filter(({ key, operator }) => key === "metadata.name" && operator === "In")
      .map(({ values }) => values ?? []);
    const [first, ...rest] = sets;
    if (first === undefined) return undefined;
    for (const name of first) if (rest.every((set) => set.includes(name))) names.add(name);
  }
  return names;
}
