import { type Diagnostic, formatDiagnostic } from "@k8s-netsim/k8s-model/manifests";
import { printable } from "../command-line/printable.ts";

const MOST_SHOWN = 30;

/** Tells what is wrong with the input, errors first; true when there is an error. */
export function showDiagnostics(diagnostics: readonly Diagnostic[]): boolean {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.filter(({ severity }) => severity === "warning");
  show(errors, "error");
  show(warnings, "warning");
  return errors.length > 0;
}

function show(diagnostics: readonly Diagnostic[], severity: string): void {
  for (const diagnostic of diagnostics.slice(0, MOST_SHOWN)) {
    process.stderr.write(`${severity}: ${printable(formatDiagnostic(diagnostic))}\n`);
  }
  const more = diagnostics.length - MOST_SHOWN;
  if (more > 0) process.stderr.write(`${severity}: and ${more} more\n`);
}
