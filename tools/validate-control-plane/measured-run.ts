import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export type PodEventKind = "created" | "ready" | "notready" | "terminating" | "removed";
export type PodEvent = readonly [ms: number, kind: PodEventKind, id: number];

/** One watch event as the protobuf watcher of the rig saw it. */
export type SeenEvent = readonly [
  ms: number,
  type: "ADDED" | "MODIFIED" | "DELETED",
  object: string,
  frameBytes: number,
  addresses: number,
  ready: number,
  serving: number,
  terminating: number,
];

export interface Watched {
  readonly counts: Readonly<Record<string, number>>;
  readonly frameBytes: number;
  readonly events?: readonly SeenEvent[];
}

export interface MeasuredPhase {
  readonly phase: string;
  readonly podEvents: readonly PodEvent[];
  readonly endpointslices_protobuf: Watched;
  readonly endpointslices_json: Watched;
  readonly endpoints_protobuf: Watched;
  readonly endpoints_json: Watched;
  readonly kcmMetricsDelta: Readonly<Record<string, number>>;
  readonly sliceSizesAfter: readonly number[] | null;
}

/** A run of a real etcd, kube-apiserver and kube-controller-manager. */
export interface MeasuredRun {
  readonly label: string;
  readonly params: {
    readonly nodes: number;
    readonly pods: number;
    readonly zones: number;
    readonly kcmQpsBurst: string;
    readonly endpointBatchPeriod: string;
    readonly maxEndpointsPerSlice: number;
    /** Shortest and longest time from a pod's arrival to the report that it is Ready. */
    readonly podStartDelayMs?: readonly [number, number];
    readonly terminationMs: number;
    readonly trafficDistribution?: string;
    readonly ipFirst?: boolean;
    readonly fanoutWatchers?: number;
  };
  readonly phases: readonly MeasuredPhase[];
}

/** How a run is judged: see the help. */
export type RunClass = "limit" | "batch" | "machine";

/** By the words of a run's name, the first match wins. */
export function classOf(label: string): RunClass {
  const words = label.split("-");
  if (words.some((word) => word.startsWith("fan"))) return "machine";
  if (words.some((word) => word.startsWith("batch"))) return "batch";
  return words.includes("qps20") ? "limit" : "machine";
}

/** What a user can do about runs that are not there or cannot be read. */
export class UnusableRuns extends Error {}

/** Reads runs from files and folders, in the order of their names; other JSON files are left out. */
export function readRuns(paths: readonly string[]): MeasuredRun[] {
  const runs = paths
    .flatMap(filesOf)
    .map(readRun)
    .filter((run) => run !== undefined);
  if (runs.length > 0) return runs;
  throw new UnusableRuns(`No measured run in ${paths.join(", ")}.`);
}

function filesOf(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new UnusableRuns(
      `${path}: not there. Name a folder or files with measured runs: npm run validate:control-plane -- DIR`,
    );
  }
  if (!isFolder) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => join(path, name));
}

function readRun(file: string): MeasuredRun | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnusableRuns(`${file}: not a measured run: ${reason}`);
  }
  if (typeof value !== "object" || value === null) return undefined;
  const run: object = value;
  return ["label", "params", "phases"].every((field) => Object.hasOwn(run, field))
    ? (run as MeasuredRun)
    : undefined;
}

/** `300/500` as a rate and a burst. */
export function qpsAndBurst(text: string): { readonly qps: number; readonly burst: number } {
  const [qps = 20, burst = 30] = text.split("/").map(Number);
  return { qps, burst };
}

const NS_PER_UNIT: Readonly<Record<string, number>> = {
  h: 3_600_000_000_000,
  m: 60_000_000_000,
  s: 1_000_000_000,
  ms: 1_000_000,
  us: 1000,
};

/** A duration as Go writes it, such as `1m30s` or `500ms`. */
export function durationNs(text: string): number {
  let totalNs = 0;
  for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|m|s)/g)) {
    totalNs += Number(value) * (NS_PER_UNIT[unit ?? ""] ?? 0);
  }
  return totalNs;
}
