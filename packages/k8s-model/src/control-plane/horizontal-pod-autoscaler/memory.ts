/** A number of replicas that was computed at a time. */
export interface Recommendation {
  readonly atNs: number;
  readonly replicas: number;
}

/** A change of the replicas that was made at a time; always positive. */
export interface ScaleEvent {
  readonly atNs: number;
  readonly change: number;
}

/** What an autoscaler remembers between its passes; entries that are too old are overwritten in place. */
export interface AutoscalerMemory {
  readonly recommendations: readonly Recommendation[];
  readonly scaleUpEvents: readonly ScaleEvent[];
  readonly scaleDownEvents: readonly ScaleEvent[];
}

export const NO_MEMORY: AutoscalerMemory = {
  recommendations: [],
  scaleUpEvents: [],
  scaleDownEvents: [],
};

/** The list with one more entry, in the place of the last one that is too old, if any is. */
export function remember<Entry>(
  entries: readonly Entry[],
  entry: Entry,
  isTooOld: (entry: Entry) => boolean,
): readonly Entry[] {
  const place = entries.findLastIndex(isTooOld);
  return place < 0 ? [...entries, entry] : entries.with(place, entry);
}
