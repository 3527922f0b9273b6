import { type Diagnostic, type ManifestObject, simulatedKinds } from "../../manifests/index.ts";
import type { TrafficSpec } from "../../traffic/index.ts";

/** Groups under which a kind was served before it moved to where it is now. */
const FORMER_GROUPS = new Set(["extensions", "apps", "discovery.k8s.io"]);

/** Why an input cannot be run: it is written for an API that is gone, or nobody sends a request. */
export function runnableDiagnostics(
  entries: readonly ManifestObject[],
  before: TrafficSpec,
  after: TrafficSpec,
): readonly Diagnostic[] {
  const retired = entries.flatMap(retiredVersion);
  if (before.clients.length > 0 || after.clients.length > 0) return retired;
  const [first] = entries;
  return [
    ...retired,
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

function retiredVersion(entry: ManifestObject): readonly Diagnostic[] {
  const { apiVersion, kind, metadata } = entry.object;
  const current = Object.hasOwn(simulatedKinds, kind) ? simulatedKinds[kind] : undefined;
  if (current === undefined || current === apiVersion) return [];
  if (!FORMER_GROUPS.has(apiVersion.slice(0, apiVersion.indexOf("/")))) return [];
  return [
    {
      code: "retired-api-version",
      severity: "error",
      message: `${kind} "${metadata.name}": Kubernetes no longer serves ${apiVersion} for this kind.`,
      remedy: `write apiVersion: ${current}, and add what it requires (a selector for workloads)`,
      at: entry.position("apiVersion"),
      field: "apiVersion",
    },
  ];
}
