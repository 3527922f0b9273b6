/** Something that explains the answer: why a Service cannot profit, and what would mend it. */
export interface Finding {
  readonly severity: "info" | "warning";
  /** `namespace/name` of the Service or workload. */
  readonly subject: string;
  readonly message: string;
  /** The Kubernetes rule behind it. */
  readonly rule?: string;
  readonly patch?: {
    readonly description: string;
    readonly yaml: string;
    /** What each zone has left once the patch is applied, in words. */
    readonly headroom?: readonly { readonly zone: string; readonly left: string }[];
  };
}

/** One finding in place of several that say the same of different subjects and propose nothing. */
export function grouped(findings: readonly Finding[]): readonly Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key =
      finding.patch === undefined ? finding.message : `${finding.subject} ${finding.message}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Finding, ...Finding[]];
    return { ...first, subject: group.map(({ subject }) => subject).join(", ") };
  });
}
