import { type KubeObject, ZONE_LABEL } from "../../api/index.ts";
import type { Diagnostic, SourcePosition } from "../../manifests/index.ts";
import { nearest } from "../../manifests/near.ts";

/** A zone by which users outside come in, and where the traffic file says so. */
export interface EntryZone {
  readonly zone: string;
  readonly at: SourcePosition;
}

/** Zones that the traffic names and no node is in: whoever came in there would reach nothing. */
export function entryZoneDiagnostics(
  entryZones: readonly EntryZone[],
  objects: readonly KubeObject[],
): readonly Diagnostic[] {
  const zones = new Set<string>();
  for (const { kind, metadata } of objects) {
    const zone = metadata.labels?.[ZONE_LABEL];
    if (kind === "Node" && zone !== undefined) zones.add(zone);
  }
  const told = new Set<string>();
  return entryZones.flatMap(({ zone, at }) => {
    if (zones.has(zone) || told.has(zone)) return [];
    told.add(zone);
    const near = nearest(zone, [...zones], 5);
    return [
      {
        code: "unknown-zone",
        severity: "error",
        message: `Users come in by zone "${zone}", in which there is no node.`,
        remedy: `write one of ${near.join(", ") || "none: no node has a zone"}, or leave the zone out`,
        at,
      },
    ];
  });
}
