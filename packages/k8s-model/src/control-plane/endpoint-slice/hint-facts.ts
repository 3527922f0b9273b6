import type { EndpointSlice } from "../../api/index.ts";

/** What the topology cache looks at in a slice. */
export interface HintFacts {
  /** Endpoints that are ready; an absent `ready` is not. */
  readonly ready: number;
  /** Whether every ready endpoint has a hint. */
  readonly complete: boolean;
  /** Ready endpoints by the first zone of their hints. */
  readonly counts: ReadonlyMap<string, number>;
  /** All zones that hints of ready endpoints name. */
  readonly zones: ReadonlySet<string>;
  /** Whether any endpoint carries a hint. */
  readonly hinted: boolean;
}

const known = new WeakMap<EndpointSlice, HintFacts>();

/** The facts of a slice, worked out once for each of its versions: a sync counts all its slices. */
export function hintFacts(slice: EndpointSlice): HintFacts {
  let facts = known.get(slice);
  if (facts === undefined) {
    facts = read(slice);
    known.set(slice, facts);
  }
  return facts;
}

function read({ endpoints = [] }: EndpointSlice): HintFacts {
  const counts = new Map<string, number>();
  const zones = new Set<string>();
  let ready = 0;
  let complete = true;
  let hinted = false;
  for (const { conditions, hints } of endpoints) {
    if (hints !== undefined) hinted = true;
    if (conditions?.ready !== true) continue;
    ready++;
    const forZones = hints?.forZones ?? [];
    for (const { name } of forZones) zones.add(name);
    const [first] = forZones;
    if (first === undefined) complete = false;
    else counts.set(first.name, (counts.get(first.name) ?? 0) + 1);
  }
  return { ready, complete, counts, zones, hinted };
}
