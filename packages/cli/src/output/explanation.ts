import type { ConnectionExplanation, Hop, TracedConnection } from "@k8s-netsim/k8s-model/scenario";
import { formatQuantity } from "@k8s-netsim/reports";

/** A routing decision in words, from the view to the price of each way. */
export function explanationText(
  { route, pod, hops }: ConnectionExplanation,
  sizes: { readonly requestBytes: number; readonly responseBytes: number },
): string {
  const { node, view, port, choice } = route;
  const name = port.name === "" ? "" : ` "${port.name}"`;
  return `${[
    `Pod ${pod} on node ${node.name} (zone ${node.zone ?? "none"}) opens a connection to port ${port.number}/${port.protocol}${name}.`,
    "",
    "1. What the node believes",
    `   kube-proxy acts on Services up to version ${view.services} and EndpointSlices up to version ${view.slices}${behind(view)}.`,
    `   Service at revision ${view.serviceRevision ?? "?"}; slices ${view.sliceRevisions.map((slice) => `${slice.name} (${slice.revision})`).join(", ") || "none"}.`,
    "",
    "2. What it decides",
    ...choice.steps.map((step) => `   ${step}.`),
    `   Rule: ${choice.routing.rule}; verdict: ${choice.routing.verdict}.`,
    "",
    "3. Every endpoint it knows",
    ...choice.endpoints.map(
      ({ endpoint, kept, reason }) =>
        `   ${kept ? "kept   " : "dropped"} ${endpoint.key.padEnd(22)} ${(endpoint.nodeName ?? "").padEnd(18)} ${reason}`,
    ),
    "",
    "4. Where the connection may go",
    ...hopLines(hops, sizes),
  ].join("\n")}\n`;
}

function behind({ servicesBehind, slicesBehind }: ConnectionExplanation["route"]["view"]): string {
  const total = servicesBehind + slicesBehind;
  return total === 0
    ? ": it is up to date"
    : `; ${servicesBehind} and ${slicesBehind} newer ones are not in force here yet`;
}

function hopLines(
  hops: readonly Hop[],
  {
    requestBytes,
    responseBytes,
  }: { readonly requestBytes: number; readonly responseBytes: number },
): readonly string[] {
  if (hops.length === 0) return ["   Nowhere."];
  const rows = hops.map((hop) => [
    hop.pod,
    hop.node,
    hop.zone,
    hop.distance.replace("-", " "),
    formatQuantity(hop.probability, "share"),
    formatQuantity(hop.roundTripNs, "ns"),
    hop.usdPerMillionRequests === undefined
      ? "no price"
      : formatQuantity(hop.usdPerMillionRequests, "usd-per-million"),
  ]);
  const head = ["pod", "node", "zone", "distance", "chance", "round trip", "per million"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  const line = (row: readonly string[]): string =>
    `   ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ")}`.trimEnd();
  return [
    line(head),
    ...rows.map(line),
    `   Price: sender and receiver together for a million requests of ${requestBytes} B with answers of ${responseBytes} B.`,
  ];
}

/** The explanation as JSON, without what only the simulation needs; with the packet's way where it is given. */
export function explanationJson(
  { route, pod, hops }: ConnectionExplanation,
  packet?: TracedConnection,
): string {
  const { node, view, port, choice } = route;
  const document = {
    schema: "k8s-netsim/explanation/v1",
    atSeconds: route.atNs / 1e9,
    pod,
    node: { name: node.name, zone: node.zone ?? null, region: node.region ?? null },
    port,
    view,
    verdict: choice.routing.verdict,
    rule: choice.routing.rule,
    steps: choice.steps,
    endpoints: choice.endpoints.map(({ endpoint, kept, reason }) => ({
      address: endpoint.key,
      node: endpoint.nodeName ?? null,
      ready: endpoint.ready,
      serving: endpoint.serving,
      terminating: endpoint.terminating,
      zoneHints: endpoint.zoneHints,
      nodeHints: endpoint.nodeHints,
      kept,
      reason,
    })),
    hops,
    ...(packet === undefined ? {} : { packet }),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
