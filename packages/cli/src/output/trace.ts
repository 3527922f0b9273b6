import type { TracedConnection, TrafficTrace } from "@k8s-netsim/k8s-model/scenario";

/** What was captured, in words: each connection, the way of its first packet, the rules that decided. */
export function traceText({ connections, leftOut }: TrafficTrace): string {
  const parts = connections.map(connectionText);
  const rest = leftOut.map((reason) => `left out: ${reason}\n`);
  return `${parts.join("\n")}${rest.length === 0 ? "" : `\n${rest.join("")}`}`;
}

function connectionText({ from, to, protocol, outcome, way }: TracedConnection): string {
  const lines = [`pod/${from} -> svc/${to} (${protocol}): ${outcome}`];
  for (const { atNs, interface: name, packet, causes } of way?.steps ?? []) {
    lines.push(`  ${(atNs / 1e6).toFixed(3).padStart(9)} ms  ${name}  ${packet}`);
    for (const cause of causes) lines.push(`                └ ${cause}`);
  }
  for (const entry of way?.tracking ?? []) lines.push(`  tracked at ${entry}`);
  return `${lines.join("\n")}\n`;
}
