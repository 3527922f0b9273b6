import type { InputRequest } from "@k8s-netsim/k8s-model/scenario";
import { type Invocation, textOf, textsOf } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { readSources, readText, STANDARD_INPUT } from "../input/read-files.ts";
import { namedRates, wholeNumber } from "./option-values.ts";

/** Reads the files that a command line names and the options on how to understand them. */
export function inputRequest(invocation: Invocation): InputRequest {
  const files = [...textsOf(invocation, "filename"), ...invocation.positionals];
  if (files.length === 0) {
    throw new UsageError(
      "no-input",
      "No manifests are given.",
      "name files or folders with -f, or - for the standard input.",
    );
  }
  const changed = textsOf(invocation, "changed");
  const cluster = textsOf(invocation, "cluster");
  checkStandardInput([...files, ...cluster, ...changed]);
  const replicas = textOf(invocation, "replicas");
  const zones = textOf(invocation, "zones");
  const nodesPerZone = textOf(invocation, "nodes-per-zone");
  const traffic = textOf(invocation, "traffic");
  return {
    sources: readSources(files),
    clusterSources: readSources(cluster),
    ...(changed.length === 0 ? {} : { changedSources: readSources(changed) }),
    sets: textsOf(invocation, "set"),
    rates: namedRates(textsOf(invocation, "rate")),
    ...(replicas === undefined ? {} : { replicas: wholeNumber("replicas", replicas, 0) }),
    ...(zones === undefined ? {} : { zones: zonesOf(zones) }),
    ...(nodesPerZone === undefined
      ? {}
      : { nodesPerZone: wholeNumber("nodes-per-zone", nodesPerZone, 1) }),
    ...(traffic === undefined ? {} : { trafficSource: { file: traffic, text: readText(traffic) } }),
    ...optional("kubernetesVersion", textOf(invocation, "kubernetes-version")),
    ...optional("namespace", namespaceOf(invocation)),
  };
}

/** What is read from the standard input is gone for whoever reads next. */
function checkStandardInput(paths: readonly string[]): void {
  if (paths.filter((path) => path === STANDARD_INPUT).length <= 1) return;
  throw new UsageError(
    "bad-command-line",
    "The standard input is named more than once.",
    "name - once, and files for the rest.",
  );
}

function namespaceOf(invocation: Invocation): string | undefined {
  const name = textOf(invocation, "namespace");
  if (name === undefined || /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new UsageError(
    "bad-option-value",
    `--namespace "${name}": not the name of a namespace.`,
    "use lower-case letters, digits and dashes, at most 63.",
  );
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}

/** `3`, or `a,b,c`; one word that begins like a number is meant as one. */
function zonesOf(text: string): number | readonly string[] {
  return /^[-+\d][^,]*$/.test(text) ? wholeNumber("zones", text, 1) : text.split(",");
}
