import type { SimulatedKind } from "../schema/kinds.ts";

/** A field, or a value of one, that only newer releases of Kubernetes understand. */
export interface ReleaseFeature {
  /** What a reader calls it. */
  readonly name: string;
  /** The proposal that describes it. */
  readonly kep: number;
  /**
   * The first minor release that honours it without feature gates being set; undefined where no
   * covered release does.
   */
  readonly since: number | undefined;
  /** What older releases do: drop it silently, or refuse the object. */
  readonly before: "ignored" | "rejected";
  readonly kinds: readonly SimulatedKind[];
  /** Where it stands; `[]` is every item of a list, `[name]` the key of a map. */
  readonly path: string;
  /** The values it is about; any value where absent. */
  readonly applies?: (value: unknown) => boolean;
  /** What to do instead on an older release. */
  readonly instead?: string;
}
