import { anonymiser, type Nameable } from "@k8s-netsim/k8s-model/manifests";
import type { PreparedInput } from "@k8s-netsim/k8s-model/scenario";
import type { Result } from "@k8s-netsim/reports";

/** Parts of a result that are our words and numbers throughout. */
const OURS = new Set([
  "schema",
  "verdict",
  "severity",
  "headline",
  "measures",
  "measure",
  "unit",
  "configurations",
  "configuration",
  "billExcludes",
]);

/** Rows in which the scope alone may name something of the input. */
const ROWS_BY_SCOPE = new Set(["estimates", "differences"]);

/** Fields of `endpointsByZone`, whose keys are names of zones. */
const BY_ZONE = new Set(["before", "after"]);

/**
 * The same result with every name of the input replaced; the command line goes, too.
 *
 * @param files files and folders as the command line names them
 */
export function anonymised(
  result: Result,
  input: PreparedInput,
  files: readonly string[] = [],
): Result {
  const { simulated, inference, ignored } = input.kinds;
  const { text } = anonymiser([...simulated, ...inference, ...ignored, ...changedObjects(input)], {
    files,
  });
  const renamed = rename(result, text) as Result;
  const reproduce = {
    ...result.reproduce,
    command: "(not shown: the report is anonymised)",
  };
  return { ...renamed, kind: result.kind, reproduce } as Result;
}

/** Objects that only the change brings, and nodes that were made up in zones named by the user. */
function changedObjects({ before, after }: PreparedInput): readonly Nameable[] {
  return [...before.objects, ...after.objects].map((object) => ({ object, file: "" }));
}

function rename(value: unknown, text: (words: string) => string, keysAreNames = false): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item) => rename(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [
      keysAreNames ? text(key) : key,
      renameField(key, inside, text),
    ]),
  );
}

function renameField(key: string, inside: unknown, text: (words: string) => string): unknown {
  if (OURS.has(key)) return inside;
  if (!ROWS_BY_SCOPE.has(key)) return rename(inside, text, BY_ZONE.has(key));
  return (inside as readonly { readonly scope: string }[]).map((row) => ({
    ...row,
    scope: row.scope.includes("/") ? text(row.scope) : row.scope,
  }));
}
