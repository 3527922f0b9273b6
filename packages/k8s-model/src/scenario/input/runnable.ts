import {
  type Diagnostic,
  kindUse,
  type ManifestObject,
  simulatedKinds,
} from "../../manifests/index.ts";
import type { TrafficSpec } from "../../traffic/index.ts";

/** Under these a kind was served before it moved to where it is now. */
const FORMER_VERSION = /^(?:extensions|apps|policy|discovery\.k8s\.io)\/.*beta/;

/** Why an input cannot be run: it is written for an API that is gone, or nobody sends a request. */
export function runnableDiagnostics(
  entries: readonly ManifestObject[],
  before: TrafficSpec,
  after: TrafficSpec,
): readonly Diagnostic[] {
  const unserved = entries.flatMap(unservedVersion);
  if (unserved.length > 0 || before.clients.length > 0 || after.clients.length > 0) return unserved;
  const [first] = entries;
  return [
    {
      code: "nothing-to-run",
      severity: "error",
      message:
        "Nothing can be simulated: the input has no Service to which anybody sends requests.",
      remedy: "give the manifests of Services and of the workloads behind them, or --traffic",
      ...(first === undefined ? {} : { at: first.position() }),
    },
  ];
}

/** A kind that is simulated, in a version in which the API server does not know it. */
function unservedVersion(entry: ManifestObject): readonly Diagnostic[] {
  const { apiVersion, kind, metadata } = entry.object;
  const current = Object.hasOwn(simulatedKinds, kind) ? simulatedKinds[kind] : undefined;
  if (current === undefined || current === apiVersion) return [];
  const retired = FORMER_VERSION.test(apiVersion);
  if (!retired && kindUse(apiVersion, kind) !== "simulated") return [];
  const object = `${kind} "${metadata.name}"`;
  return [
    {
      code: retired ? "retired-api-version" : "unknown-api-version",
      severity: "error",
      message: retired
        ? `${object}: Kubernetes no longer serves ${apiVersion} for this kind.`
        : `${object}: Kubernetes does not know this kind in ${apiVersion}.`,
      remedy: retired
        ? `write apiVersion: ${current}, and add what it requires (a selector for workloads)`
        : `write apiVersion: ${current}`,
      at: entry.position("apiVersion"),
      field: "apiVersion",
    },
  ];
}
