import type { TracedConnection, TraceTally, TrafficTrace } from "@k8s-netsim/k8s-model/scenario";

/** The name of the lab's host outside of the cluster. */
const OUTSIDE = "cl";

/**
 * What was captured, in words: each connection, the way of its first packet, the rules that decided. Of
 * many that ended alike the way of the first one is told.
 */
export function traceText({ connections, tallies, leftOut }: TrafficTrace): string {
  const told = new Set<string>();
  const parts = connections.map((one) => {
    const alike = `${one.to} ${one.kind} ${one.keptOpen}`;
    const isNew = !told.has(alike);
    told.add(alike);
    return connectionText(one, tallies.length === 0, tallies.length === 0 || isNew);
  });
  const rest = leftOut.map((reason) => `left out: ${reason}\n`);
  const counts = tallies.map(tallyText).join("");
  return [
    ...(counts === "" ? [] : [`${counts}`]),
    ...parts,
    ...(rest.length === 0 ? [] : [rest.join("")]),
  ].join("\n");
}

function connectionText(
  { from, to, protocol, outcome, way, atNs, cause, keptOpen }: TracedConnection,
  atRest: boolean,
  withWay: boolean,
): string {
  const who = from === OUTSIDE ? "a client outside" : `pod/${from}`;
  const when = atRest ? "" : ` at ${(atNs / 1e9).toFixed(3)} s`;
  const kind = keptOpen === true ? `${protocol}, kept open` : protocol;
  const lines = [`${who} -> svc/${to} (${kind})${when}: ${outcome}`];
  if (cause !== undefined) lines.push(`  why: ${cause}`);
  if (!withWay) return `${lines.join("\n")}\n`;
  for (const step of way?.steps ?? []) {
    const at = (step.atNs / 1e6).toFixed(3).padStart(11);
    const does = step.sent ? "out" : "in ";
    lines.push(`${at} ms  ${step.interface} ${does}  ${step.packet}`);
    for (const text of step.causes) if (text !== cause) lines.push(`                 └ ${text}`);
  }
  for (const entry of way?.tracking ?? []) lines.push(`  tracked at ${entry}`);
  for (const note of way?.notes ?? []) lines.push(`  ${note}`);
  return `${lines.join("\n")}\n`;
}

function tallyText({ from, to, protocol, keptOpen, counts }: TraceTally): string {
  const parts = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  const what = keptOpen ? `${protocol}, kept open` : protocol;
  return `${from} -> svc/${to} (${what}): ${parts.join(", ")}\n`;
}
