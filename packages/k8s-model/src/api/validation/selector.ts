import { selectorFromObject, selectorMatches } from "../label-selector.ts";
import type { LabelSelector } from "../meta.ts";
import { child, type Fields, items, text, textMap, texts } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { validateLabels } from "./metadata.ts";
import { labelValue, qualifiedName } from "./names.ts";

/** Checks a label selector; an absent one is fine. */
export function validateSelector(selector: Fields | undefined, path: string, causes: Causes): void {
  if (selector === undefined) return;
  validateLabels(selector, "matchLabels", `${path}.matchLabels`, causes);
  for (const [index, expression] of items(selector, "matchExpressions").entries()) {
    validateExpression(expression, `${path}.matchExpressions[${index}]`, causes);
  }
}

function validateExpression(expression: Fields, path: string, causes: Causes): void {
  const values = texts(expression, "values");
  const operator = text(expression, "operator");
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0) {
      causes.required(`${path}.values`, `must be given when the operator is ${operator}`);
    }
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0) {
      causes.forbidden(`${path}.values`, `may not be given when the operator is ${operator}`);
    }
  } else {
    causes.invalid(`${path}.operator`, `"${operator}" is not a selector operator`);
  }
  causes.invalidAll(`${path}.key`, qualifiedName(text(expression, "key")));
  for (const [index, value] of values.entries()) {
    causes.invalidAll(`${path}.values[${index}]`, labelValue(value));
  }
}

/** Whether a selector asks for nothing, and so would select everything. */
export function isEmptySelector(selector: Fields): boolean {
  return textMap(selector, "matchLabels").length + items(selector, "matchExpressions").length === 0;
}

/**
 * Whether a selector selects the labels of a template; "unusable" where it is no valid selector.
 */
export function selects(
  selector: Fields | undefined,
  labels: Fields | undefined,
): boolean | "unusable" {
  try {
    const usable = selectorFromObject(selector as LabelSelector | undefined);
    return selectorMatches(usable, Object.fromEntries(textMap({ labels }, "labels")));
  } catch {
    return "unusable";
  }
}

/** The labels of an object or a template. */
export function labelsOf(holder: Fields | undefined): Fields | undefined {
  return child(child(holder, "metadata"), "labels");
}
