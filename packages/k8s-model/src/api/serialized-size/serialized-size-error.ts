/** An object whose size cannot be told. */
export class SerializedSizeError extends Error {
  readonly code = "kind-not-sized";
  readonly kind: string;

  constructor(kind: string) {
    super(
      `There is no field table for the kind ${kind}. ` +
        "Use one of EndpointSlice, Endpoints, Service, Pod, Node, Lease.",
    );
    this.name = "SerializedSizeError";
    this.kind = kind;
  }
}
