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
