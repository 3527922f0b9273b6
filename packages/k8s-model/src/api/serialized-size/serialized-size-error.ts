/** An object whose size cannot be told. */
export class SerializedSizeError extends Error {
  readonly code = "kind-not-sized";
  readonly kind: string;

  constructor(kind: string) {
    super(
      `There is no field table for the kind ${kind}. ` +
        "Use EndpointSlice, Endpoints, Service, Pod, Node, Lease or a workload of apps/v1.",
    );
    this.name = "SerializedSizeError";
    this.kind = kind;
  }
}
