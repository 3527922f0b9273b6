import { spawnSync } from "node:child_process";
import { typescript } from "../runner/contender.ts";
import { type BenchmarkOptions, type BenchmarkResult, summary } from "../runner/result.ts";

/** One size: nodes, and pods of the one Service. */
interface Size {
  readonly nodes: number;
  readonly pods: number;
}

interface Measured extends Size {
  readonly rollSeconds: number;
  readonly allSeconds: number;
  readonly mebibytes: number;
  readonly writes: number;
}

const ENGINE = "k8s-netsim";
const HOUR_MS = 3_600_000;

/** One row and one column through the middle, and the largest cluster that anybody has shown. */
const FULL = { nodes: [1500, 15_000, 150_000], pods: [500, 5000, 50_000], also: 130_000 };
const QUICK = { nodes: [150, 1500], pods: [50, 500], also: undefined };

/**
 * One Service through creation, rolling update, scale-down, node loss and zone loss, on the model's
 * own control plane and proxies: seconds and memory by size, and the exponents of the growth.
 */
export function churn({ quick, only, say }: BenchmarkOptions): BenchmarkResult[] {
  if (only !== undefined && !only.includes(ENGINE)) return [];
  const { nodes, pods, also } = quick ? QUICK : FULL;
  const [middleNodes, middlePods] = [nodes[1] as number, pods[1] as number];
  const known = new Map<string, Measured>();
  const at = (size: Size): Measured => {
    const key = `${size.nodes} × ${size.pods}`;
    let measured = known.get(key);
    if (measured === undefined) {
      say(`churn: ${size.nodes} nodes, ${size.pods} pods`);
      measured = measure(size);
      known.set(key, measured);
    }
    return measured;
  };
  const row = nodes.map((count) => at({ nodes: count, pods: middlePods }));
  const column = pods.map((count) => at({ nodes: middleNodes, pods: count }));
  const extra = also === undefined ? [] : [at({ nodes: also, pods: middlePods })];
  return [
    ...[...row, ...extra].flatMap((one) => results(one, `${middlePods} pods`, one.nodes)),
    ...column.flatMap((one) => results(one, `${middleNodes} nodes, n pods`, one.pods)),
    growth("churn, exponent in nodes", row, ({ nodes: count }) => count),
    growth("churn, exponent in API writes", column, ({ writes }) => writes),
  ];
}

/** In a process of its own, so that no size has warmed or filled it for another. */
function measure(size: Size): Measured {
  const command = typescript(ENGINE, "churn/run.ts").command as readonly string[];
  const [program, ...rest] = command;
  const run = spawnSync(program as string, [...rest, String(size.nodes), String(size.pods)], {
    encoding: "utf8",
    timeout: HOUR_MS,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (run.status !== 0) throw new Error(`${size.nodes} nodes, ${size.pods} pods: no result`);
  const last = run.stdout.trim().split("\n").at(-1) ?? "";
  return { ...size, ...(JSON.parse(last) as Omit<Measured, keyof Size>) };
}

function results(
  { rollSeconds, allSeconds, mebibytes }: Measured,
  what: string,
  n: number,
): BenchmarkResult[] {
  const one = (name: string, unit: string, value: number): BenchmarkResult => ({
    bench: `churn ${name}, ${what}`,
    engine: ENGINE,
    n,
    unit,
    ...summary([value]),
  });
  return [
    one("rolling update", "s", rollSeconds),
    one("all phases", "s", allSeconds),
    one("peak memory", "MiB", mebibytes),
  ];
}

/** From the smallest size to the largest; least and most between neighbours. */
function growth(
  bench: string,
  sizes: readonly Measured[],
  of: (size: Measured) => number,
): BenchmarkResult {
  const exponent = (from: Measured, to: Measured): number =>
    Math.log(to.allSeconds / from.allSeconds) / Math.log(of(to) / of(from));
  const steps = sizes.slice(1).map((to, index) => exponent(sizes[index] as Measured, to));
  const [first, last] = [sizes[0] as Measured, sizes.at(-1) as Measured];
  return {
    bench,
    engine: ENGINE,
    n: of(last),
    value: exponent(first, last),
    unit: "exponent",
    min: Math.min(...steps),
    max: Math.max(...steps),
  };
}
