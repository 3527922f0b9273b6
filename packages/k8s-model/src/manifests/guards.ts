/** A map of the input whose fields have not been checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** Labels as text; anything else in their place is for validation to report. */
export function labelsOf(metadata: unknown): Readonly<Record<string, string>> {
  const labels = isFields(metadata) ? metadata.labels : undefined;
  return isFields(labels) ? (labels as Readonly<Record<string, string>>) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
