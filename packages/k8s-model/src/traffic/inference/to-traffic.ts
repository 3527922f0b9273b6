import type { ClientSpec, TrafficSpec } from "../spec.ts";
import type { CallEdge, CallGraph } from "./call-graph-types.ts";

/**
 * The traffic that a call graph suggests: client workloads send to what they name; at every entry
 * that none of them reaches, users outside send. Rates, sizes and times are left open: they are
 * assumed by whoever runs it, and say so.
 */
export function trafficOf(graph: CallGraph): TrafficSpec {
  const isClient = new Set(graph.clients);
  const fromWorkloads = graph.edges.filter((edge) => isClient.has(edge.from)).map(clientOf);
  const users = graph.entries
    .filter((entry) => entry.reachedBy === undefined)
    .map(
      ({ to, connection }): ClientSpec => ({
        name: to.service,
        to,
        load: { mode: "open" },
        connection,
      }),
    );
  return {
    clients: shortNames([...fromWorkloads, ...users]),
    calls: graph.edges
      .filter((edge) => !isClient.has(edge.from))
      .map(({ from, to, connection, evidence }) => ({
        from,
        to,
        connection,
        ...(evidence[0] === undefined ? {} : { evidence: evidence[0] }),
      })),
    servers: [],
    defaults: {},
  };
}

function clientOf(edge: CallEdge): ClientSpec {
  const [evidence] = edge.evidence;
  const client: ClientSpec = {
    name: edge.from,
    workload: edge.from,
    to: edge.to,
    load: { mode: "open" },
    connection: edge.connection,
  };
  return evidence === undefined ? client : { ...client, evidence };
}

/** `frontend` for `shop/frontend` where only one client has that name; else the full one. */
function shortNames(clients: readonly ClientSpec[]): ClientSpec[] {
  const count = new Map<string, number>();
  const short = ({ name }: ClientSpec) => name.split("/").at(-1) as string;
  for (const client of clients) count.set(short(client), (count.get(short(client)) ?? 0) + 1);
  return clients.map((client) => {
    const unique = count.get(short(client)) === 1;
    if (unique) return { ...client, name: short(client) };
    const target = client.workload === undefined ? "" : ` to ${client.to.service}`;
    return { ...client, name: `${client.name}${target}:${client.to.port}` };
  });
}
