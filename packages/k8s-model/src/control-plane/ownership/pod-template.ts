import type { PodTemplateSpec } from "../../api/index.ts";
import { hashText, safeEncode } from "../../store/index.ts";

export const POD_TEMPLATE_HASH = "pod-template-hash";

const canonicalTexts = new WeakMap<object, string>();

/** One text for equal templates: keys sorted, the template hash label left out. */
export function canonicalTemplate(template: PodTemplateSpec): string {
  let text = canonicalTexts.get(template);
  if (text === undefined) {
    const labels = Object.entries(template.metadata?.labels ?? {}).filter(
      ([key]) => key !== POD_TEMPLATE_HASH,
    );
    const metadata = { ...template.metadata, labels: Object.fromEntries(labels) };
    text = canonicalJson({ ...template, metadata });
    canonicalTexts.set(template, text);
  }
  return text;
}

/** The hash in the names of ReplicaSets: ours, not Kubernetes' own, but as stable. */
export function templateHash(template: PodTemplateSpec, collisionCount: number): string {
  const text = `${canonicalTemplate(template)}#${collisionCount}`;
  return `${safeEncode(hashText(text), 5)}${safeEncode(hashText(text, 0x5bd1e995), 5)}`;
}

/** JSON with sorted keys and without empty values: equal for what the API server holds equal. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, field]) => !isEmpty(field))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(",")}}`;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
