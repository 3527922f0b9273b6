import type { Container, Pod, Probe } from "../../api/index.ts";

const NS_PER_SECOND = 1_000_000_000;

/**
 * How long after its containers run a pod is ready (ns), if its applications answer from
 * `applicationNs` on: the slowest container decides. A startup probe comes before the readiness
 * probe; a container without a readiness probe is ready as soon as it has started.
 */
export function readyAfterNs(pod: Pod, applicationNs: number): number {
  let slowest = 0;
  for (const container of pod.spec.containers) {
    slowest = Math.max(slowest, containerReadyAfterNs(container, applicationNs));
  }
  return slowest;
}

function containerReadyAfterNs(container: Container, applicationNs: number): number {
  const { startupProbe, readinessProbe } = container;
  const startedNs =
    startupProbe === undefined ? 0 : firstSuccessNs(startupProbe, 0, applicationNs, 1);
  if (readinessProbe === undefined) return startedNs;
  const successes = readinessProbe.successThreshold ?? 1;
  return firstSuccessNs(readinessProbe, startedNs, applicationNs, successes);
}

/**
 * The probe's n-th success in a row: the worker probes at once when it is allowed to, not before
 * `initialDelaySeconds` after the container's start, then every period (10 s).
 */
function firstSuccessNs(
  probe: Probe,
  allowedNs: number,
  applicationNs: number,
  successes: number,
): number {
  const periodNs = (probe.periodSeconds ?? 10) * NS_PER_SECOND;
  const firstNs = Math.max(allowedNs, (probe.initialDelaySeconds ?? 0) * NS_PER_SECOND);
  const failures = Math.max(0, Math.ceil((applicationNs - firstNs) / periodNs));
  return firstNs + (failures + successes - 1) * periodNs;
}

/** How long `preStop` keeps the containers running after a deletion (ns), as far as it can be read. */
export function preStopNs(pod: Pod): number {
  let longest = 0;
  for (const { lifecycle } of pod.spec.containers) {
    longest = Math.max(longest, sleepSeconds(lifecycle?.preStop));
  }
  return longest * NS_PER_SECOND;
}

/** `sleep: {seconds: 5}`, or a command that is or holds `sleep 5`. */
function sleepSeconds(hook: unknown): number {
  const { sleep, exec } = (hook ?? {}) as {
    readonly sleep?: { readonly seconds?: number };
    readonly exec?: { readonly command?: readonly string[] };
  };
  if (sleep?.seconds !== undefined) return sleep.seconds;
  const command = (exec?.command ?? []).join(" ");
  const written = /(?:^|[\s;&/])sleep\s+(\d+(?:\.\d+)?)/.exec(command)?.[1];
  return written === undefined ? 0 : Number(written);
}
