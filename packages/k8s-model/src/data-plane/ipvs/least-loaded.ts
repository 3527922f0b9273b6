import type { RealServer } from "./real-server.ts";

/** How much a server is busy; an established connection counts as 256 closing ones. */
function overhead({ active, inactive }: RealServer): number {
  return active * 256 + inactive;
}

/** The first server with the smallest load, of those that take connections. */
function least(
  servers: readonly RealServer[],
  loadOf: (server: RealServer) => number,
): RealServer | undefined {
  let best: RealServer | undefined;
  let bestLoad = 0;
  for (const server of servers) {
    if (server.weight <= 0) continue;
    const load = loadOf(server);
    if (best !== undefined && load >= bestLoad) continue;
    best = server;
    bestLoad = load;
  }
  return best;
}

/** Least-Connection. */
export function leastConnection(servers: readonly RealServer[]): RealServer | undefined {
  return least(servers, overhead);
}

/** Weighted Least-Connection. */
export function weightedLeastConnection(servers: readonly RealServer[]): RealServer | undefined {
  return least(servers, (server) => overhead(server) / server.weight);
}

/** Shortest Expected Delay: the load that the server would have with this connection. */
export function shortestExpectedDelay(servers: readonly RealServer[]): RealServer | undefined {
  return least(servers, ({ active, weight }) => (active + 1) / weight);
}

/** Never Queue: an idle server at once, else the shortest expected delay. */
export function neverQueue(servers: readonly RealServer[]): RealServer | undefined {
  const idle = servers.find(({ weight, active }) => weight > 0 && active === 0);
  return idle ?? shortestExpectedDelay(servers);
}
