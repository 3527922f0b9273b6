/** Probability that an arrival finds all servers of M/G/c/c busy (Erlang B), by its recursion. */
export function erlangB(servers: number, load: number): number {
  let blocked = 1;
  for (let c = 1; c <= servers; c++) blocked = (load * blocked) / (c + load * blocked);
  return blocked;
}

/** Probability that an arrival of M/M/c has to wait (Erlang C). */
export function erlangC(servers: number, load: number): number {
  const blocked = erlangB(servers, load);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

/** Mean wait in M/M/c, in units of the mean service time. */
export function waitMmc(servers: number, load: number): number {
  return erlangC(servers, load) / (servers - load);
}

/** Mean wait in M/G/1 by Pollaczek and Khinchine: λ E[S²] / (2 (1 − ρ)). */
export function waitMg1(rate: number, service: { mean: number; variance: number }): number {
  const secondMoment = service.variance + service.mean * service.mean;
  return (rate * secondMoment) / (2 * (1 - rate * service.mean));
}
