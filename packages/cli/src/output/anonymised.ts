import { anonymiser } from "@k8s-netsim/k8s-model/manifests";
import type { PreparedInput } from "@k8s-netsim/k8s-model/scenario";
import type { Result } from "@k8s-netsim/reports";

/** Fields whose text is ours, not the input's, or must stay for the result to be read. */
const KEPT = new Set([
  "schema",
  "kind",
  "verdict",
  "version",
  "kubernetesVersion",
  "measure",
  "unit",
]);

/** Fields of `endpointsByZone`, whose keys are names of zones. */
const BY_ZONE = new Set(["before", "after"]);

/** The same result with every name of the input replaced; the command line goes, too. */
export function anonymised(result: Result, input: PreparedInput): Result {
  const { text } = anonymiser([...input.kinds.simulated, ...input.kinds.inference]);
  const renamed = rename(result, text) as Result;
  const reproduce = {
    ...result.reproduce,
    command: "(not shown: the report is anonymised)",
  };
  return { ...renamed, reproduce };
}

function rename(value: unknown, text: (words: string) => string, keysAreNames = false): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item) => rename(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [
      keysAreNames ? text(key) : key,
      KEPT.has(key) ? inside : rename(inside, text, BY_ZONE.has(key)),
    ]),
  );
}
