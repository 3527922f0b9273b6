import {
  type ConfigurationSummary,
  drainInWords,
  type FailureTrace,
  failureInWords,
} from "@k8s-netsim/k8s-model/scenario";
import { FAILURES } from "@k8s-netsim/k8s-model/traffic";
import type { Finding, ResultTable } from "@k8s-netsim/reports";

/** Endpoints shown of each cause in each configuration. */
const MOST_SHOWN = 3;

/** A configuration with what happened in it. */
export interface ToldConfiguration {
  readonly label: string;
  readonly summary: ConfigurationSummary;
}

/** Failures by cause, where they came from, and what became of drains; no table without a row. */
export function failureTables(
  configurations: readonly ToldConfiguration[],
): readonly ResultTable[] {
  const byCause: ResultTable = {
    title: "Failures by cause",
    note: "Calls on all edges that failed for good, and failed attempts that were tried again; sums over the runs.",
    columns: labelled("configuration", "cause", "calls failed", "attempts retried"),
    rows: configurations.flatMap(({ label, summary: { totals } }) =>
      FAILURES.map((cause, code) => [
        label,
        cause,
        totals.failures[code] as number,
        totals.retriedFailures[code] as number,
      ]).filter((row) => (row[2] as number) + (row[3] as number) > 0),
    ),
  };
  const traced: ResultTable = {
    title: "What made attempts fail",
    note: `By endpoint, in the first run, the ${MOST_SHOWN} that most attempts were like of each cause: the first of them with the view, the slice and the sync that made it so. What full queues and slow servers fail has no view to blame. Times count from the end of warm-up.`,
    columns: labelled("failure", "attempts", "what happened"),
    rows: configurations.flatMap(({ label, summary }) => {
      const groups = alike(summary.failures);
      return FAILURES.flatMap((cause) =>
        mostFirst(groups.filter(({ first }) => first.failure === cause))
          .slice(0, MOST_SHOWN)
          .map((group) => [`${cause}, ${label}`, group.attempts, inWords(group)]),
      );
    }),
  };
  const drains: ResultTable = {
    title: "Drains",
    note: "In the first run. An eviction that a PodDisruptionBudget refuses is asked for again after 5 s.",
    columns: labelled("configuration", "node", "what happened"),
    rows: configurations.flatMap(({ label, summary }) =>
      summary.drains.map((drain) => [label, drain.node, drainInWords(drain)]),
    ),
  };
  return [byCause, traced, drains].filter((table) => table.rows.length > 0);
}

/** Of each cause the failure that most attempts were like, and drains that budgets held up. */
export function failureFindings(configurations: readonly ToldConfiguration[]): readonly Finding[] {
  const all = configurations.flatMap(({ label, summary }) =>
    alike(summary.failures).map((group) => ({ label, ...group })),
  );
  const failures = FAILURES.flatMap((cause): readonly Finding[] => {
    const [most] = mostFirst(all.filter(({ first }) => first.failure === cause));
    if (most === undefined) return [];
    return [{ severity: "info", subject: `${cause}, ${most.label}`, message: inWords(most) }];
  });
  const drains = configurations.flatMap(({ label, summary }) =>
    summary.drains
      .filter(({ isDone, waits }) => !isDone || waits.length > 0)
      .map(
        (drain): Finding => ({
          severity: "info",
          subject: `drain, ${label}`,
          message: drainInWords(drain),
        }),
      ),
  );
  return [...failures, ...drains];
}

interface Alike {
  readonly first: FailureTrace;
  readonly nodes: number;
  readonly attempts: number;
  readonly lastNs: number;
}

function mostFirst<T extends Alike>(groups: readonly T[]): readonly T[] {
  return [...groups].sort((a, b) => b.attempts - a.attempts);
}

/** Traces of one cause at one endpoint as one, in order of time. */
function alike(failures: readonly FailureTrace[]): readonly Alike[] {
  const groups = new Map<string, FailureTrace[]>();
  for (const trace of failures) {
    const { failure, service, endpoint, isCut } = trace;
    const key = `${failure} ${service} ${endpoint?.pod} ${isCut} ${trace.establishedNs !== undefined}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [trace]);
    else group.push(trace);
  }
  return [...groups.values()].map((traces) => ({
    first: traces[0] as FailureTrace,
    nodes: new Set(traces.map(({ node }) => node)).size,
    attempts: traces.reduce((so, { attempts }) => so + attempts, 0),
    lastNs: Math.max(...traces.map(({ lastNs }) => lastNs)),
  }));
}

function inWords({ first, nodes, attempts, lastNs }: Alike): string {
  const words = failureInWords(first);
  if (attempts === 1) return words;
  const more = attempts === 2 ? "One more was" : `${attempts - 1} more were`;
  const through = nodes === 1 ? "" : ` through ${nodes} nodes`;
  return `${words} ${more} like it${through}, the last at ${(lastNs / 1e9).toFixed(3)} s.`;
}

function labelled(...labels: readonly string[]): ResultTable["columns"] {
  return labels.map((label) => ({ label }));
}
