import type { AffinityLists } from "../affinity/index.ts";
import type { ProxiedPort } from "../proxied-port/index.ts";

/**
 * The endpoint of a client: with session affinity the one that it came to last within the time-out,
 * else a fresh one, which is then remembered.
 */
export function stickyChoice<Endpoint extends { readonly key: string }>(
  affinity: AffinityLists,
  { name, protocol, affinitySeconds: seconds }: ProxiedPort,
  candidates: readonly Endpoint[],
  client: string,
  nowNs: number,
  fresh: () => Endpoint | undefined,
): Endpoint | undefined {
  if (seconds === undefined) return fresh();
  const listOf = ({ key }: Endpoint): string => `${name} ${protocol} ${key}`;
  const kept = candidates.find((one) => affinity.seen(listOf(one), client, nowNs, seconds));
  const chosen = kept ?? fresh();
  if (chosen !== undefined) affinity.remember(listOf(chosen), client, nowNs, seconds);
  return chosen;
}
