import type { InputRequest } from "@k8s-netsim/k8s-model/scenario";
import { type Invocation, textOf, textsOf } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { readSources, readText } from "../input/read-files.ts";
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
  const replicas = textOf(invocation, "replicas");
  const zones = textOf(invocation, "zones");
  const nodesPerZone = textOf(invocation, "nodes-per-zone");
  const traffic = textOf(invocation, "traffic");
  return {
    sources: readSources(files),
    clusterSources: readSources(textsOf(invocation, "cluster")),
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
    ...optional("namespace", textOf(invocation, "namespace")),
  };
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}

/** `3`, or `a,b,c`. */
function zonesOf(text: string): number | readonly string[] {
  return /^\d+$/.test(text) ? wholeNumber("zones", text, 1) : text.split(",");
}
