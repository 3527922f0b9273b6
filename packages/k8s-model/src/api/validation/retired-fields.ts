/** Fields that older releases knew, `Kind path`, with what became of them. */
const RETIRED: ReadonlyMap<string, string> = new Map([
  [
    "Service spec.topologyKeys",
    "was removed in Kubernetes 1.22 and has no effect; use trafficDistribution (PreferSameZone, " +
      "PreferSameNode), or internalTrafficPolicy: Local for the own node only",
  ],
]);

/** What became of a field that no covered release knows any more; `undefined`: it never was one. */
export function retiredField(kind: string, field: string): string | undefined {
  return RETIRED.get(`${kind} ${field.replace(/\[\d+\]$/, "")}`);
}
