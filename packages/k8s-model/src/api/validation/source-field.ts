/**
 * Places where the API server's errors name another field than the one in the object: where the
 * server's name begins, and what stands in the object.
 */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/^metadata\.taints/, "spec.taints"],
  [/^spec\.LoadBalancerSourceRanges/, "spec.loadBalancerSourceRanges"],
  [/^spec\.template\.(labels|annotations)/, "spec.template.metadata.$1"],
  [/\.Host(PID|IPC)$/, ".host$1"],
  [/\.\{topologyKey, whenUnsatisfiable\}$/, ".topologyKey"],
  [/(topologySpreadConstraints\[\d+\])\[(\d+)\]$/, "$1.matchLabelKeys[$2]"],
  [/(podAffinityTerm|Execution\[\d+\])\[(\d+)\]$/, "$1.matchLabelKeys[$2]"],
  [/securityContext\.shareProcessNamespace$/, "shareProcessNamespace"],
];

/** The field of the object that an error of the API server is about. */
export function sourceField(field: string): string {
  for (const [pattern, replacement] of RENAMED) {
    if (pattern.test(field)) return field.replace(pattern, replacement);
  }
  return field;
}
