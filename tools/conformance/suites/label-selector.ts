import {
  formatSelector,
  isEverything,
  type LabelSelector,
  LabelSelectorError,
  type Labels,
  parseLabelSelector,
  selectorFromObject,
  selectorMatches,
} from "@k8s-netsim/k8s-model/api";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";

interface Input {
  readonly form: "string" | "object";
  readonly text?: string;
  readonly selector?: LabelSelector | null;
  readonly labelSets: readonly Labels[];
}

export const labelSelector: Suite<Input> = {
  name: "label_selector",
  about: "labels.Parse and LabelSelectorAsSelector: error, canonical text, requirements, matches",
  run: (input, output) => judge(differences(output, answer(input))),
};

function answer(input: Input): object {
  try {
    const selector =
      input.form === "string"
        ? parseLabelSelector(input.text ?? "")
        : selectorFromObject(input.selector);
    return {
      error: false,
      string: formatSelector(selector),
      empty: isEverything(selector),
      requirements: {
        selectable: selector.selectable,
        list: selector.requirements.map(({ key, operator, values }) => ({
          key,
          op: operator,
          values: [...new Set(values)].sort(),
        })),
      },
      matches: input.labelSets.map((labels) => (selectorMatches(selector, labels) ? 1 : 0)),
    };
  } catch (error) {
    if (error instanceof LabelSelectorError) return { error: true };
    throw error;
  }
}
