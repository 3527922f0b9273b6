/** What {@link NameResolver.lookUp} says of a question whose answer comes later, by {@link LookUpEnded}. */
export const LOOK_UP_PENDING = -1;

/** The look-up of a row has ended: `isFound` tells whether the name has an address. */
export type LookUpEnded = (row: number, generation: number, isFound: boolean) => void;

/** How callers learn the addresses of Services: asked once for each new connection, in order of time. */
export interface NameResolver {
  /**
   * Time from a caller's question for a Service's name to the address, ns; 0: it knows. Infinity: no
   * answer ever. {@link LOOK_UP_PENDING}: the resolver tells the end of the look-up by row and generation.
   *
   * @param caller index of the asking pod; -1: outside of the cluster
   */
  lookUp(
    caller: number,
    servicePort: number,
    nowNs: number,
    row: number,
    generation: number,
  ): number;
  /**
   * The endpoint that a client picks by itself from the addresses it was told, as of a headless Service;
   * -1: the name has none. Undefined: the name stands for an address that a proxy answers.
   */
  pick?(caller: number, servicePort: number, nowNs: number): number | undefined;
  /** Says who is to be told of look-ups that end. */
  onEnded?(ended: LookUpEnded): void;
}
