import { formatDuration, type SimTime } from "@k8s-netsim/sim-core";
import { defaultTimings, TIMING_SOURCES, type Timings } from "../../control-plane/index.ts";
import type { Assumption } from "./assumption.ts";

/** How long the control plane takes: what a change or a fault at a time depends on. */
export function timingAssumptions(
  kubernetesVersion: string,
): readonly Pick<Assumption, "name" | "value" | "source">[] {
  const timings = defaultTimings(kubernetesVersion);
  return (Object.keys(TIMING_SOURCES) as (keyof Timings)[]).map((key) => {
    const { source, standing } = TIMING_SOURCES[key];
    return {
      name: nameOf(key),
      value: timingInWords(key, timings),
      source: standing === "published" ? source : `assumed: ${source}`,
    };
  });
}

/** `proxyMinSyncPeriodNs` → `proxy min sync period`. */
function nameOf(key: string): string {
  const words = key.replace(/(Ns|Hz|Seconds)$/, "").replace(/Qps$/, " QPS");
  return words.replace(
    /[a-z][A-Z]/g,
    ([before = "", after = ""]) => `${before} ${after.toLowerCase()}`,
  );
}

function timingInWords(key: keyof Timings, timings: Timings): string {
  const value = timings[key];
  if (typeof value !== "number") return formatDuration(Math.round(value.mean) as SimTime);
  if (key.endsWith("Ns")) return formatDuration(Math.round(value) as SimTime);
  if (key.endsWith("Seconds")) return `${value} s`;
  return key.endsWith("Hz") ? `${value}/s` : `${value}`;
}
