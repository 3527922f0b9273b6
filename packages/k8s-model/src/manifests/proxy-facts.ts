import type { Diagnostic } from "./diagnostic.ts";
import type { Fact, ProxyMode } from "./fact.ts";
import { isFields, listOf } from "./guards.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { readDocument } from "./read-document.ts";
import { runningContainers, workloadsOf } from "./workloads.ts";

const MODES = new Set(["iptables", "ipvs", "nftables"]);

/**
 * kube-proxy's mode: from its configuration in a ConfigMap of kube-system, else from the argument
 * `--proxy-mode`. An empty mode means iptables, kube-proxy's default on Linux. A proxy that
 * replaces kube-proxy is named in `diagnostics`.
 */
export function proxyFacts(
  objects: readonly ManifestObject[],
  diagnostics: Diagnostic[],
): Fact<ProxyMode> | undefined {
  const system = objects.filter(({ object }) => object.metadata.namespace === "kube-system");
  const replaced = replacement(system);
  if (replaced !== undefined) diagnostics.push(replaced);
  return fromConfigMap(system, diagnostics) ?? fromArguments(system, diagnostics);
}

function fromConfigMap(
  system: readonly ManifestObject[],
  diagnostics: Diagnostic[],
): Fact<ProxyMode> | undefined {
  for (const entry of system) {
    const { kind, data, metadata } = entry.object;
    if (kind !== "ConfigMap" || !metadata.name.startsWith("kube-proxy") || !isFields(data))
      continue;
    for (const [key, text] of Object.entries(data)) {
      if (typeof text !== "string" || !text.includes("KubeProxyConfiguration")) continue;
      const config = readDocument(key, text).document?.value;
      if (!isFields(config) || config.kind !== "KubeProxyConfiguration") continue;
      const at = entry.position(["data", key]);
      return mode(config.mode ?? "", `ConfigMap "${metadata.name}" key "${key}"`, at, diagnostics);
    }
  }
  return undefined;
}

function fromArguments(
  system: readonly ManifestObject[],
  diagnostics: Diagnostic[],
): Fact<ProxyMode> | undefined {
  for (const view of workloadsOf(system)) {
    if (!view.name.startsWith("kube-proxy")) continue;
    const evidence = `arguments of ${view.kind} "${view.name}"`;
    for (const { container, path } of runningContainers(view)) {
      for (const field of ["command", "args"]) {
        const words = listOf(container[field]).map(String);
        // One word may be a whole shell command, as in some distributions.
        const match = /--proxy-mode(?:=|\s+)["']?([a-z]*)/.exec(words.join(" "));
        if (match === null) continue;
        const index = words.findIndex((word) => word.includes("--proxy-mode"));
        const at = view.entry.position([...path, field, index]);
        return mode(match[1] as string, evidence, at, diagnostics);
      }
    }
  }
  return undefined;
}

function mode(
  value: unknown,
  evidence: string,
  at: NonNullable<Diagnostic["at"]>,
  diagnostics: Diagnostic[],
): Fact<ProxyMode> | undefined {
  if (value === "") {
    return { value: "iptables", evidence: `${evidence}: no mode, so the default`, at };
  }
  if (typeof value === "string" && MODES.has(value)) {
    return { value: value as ProxyMode, evidence, at };
  }
  diagnostics.push({
    code: "unknown-proxy-mode",
    severity: "warning",
    message: `kube-proxy's mode is not one that is simulated (iptables, ipvs, nftables): ${evidence}.`,
    remedy: "read the answer as that of the default mode",
    at,
  });
  return undefined;
}

function replacement(system: readonly ManifestObject[]): Diagnostic | undefined {
  for (const entry of system) {
    const { kind, data, metadata } = entry.object;
    if (kind !== "ConfigMap" || metadata.name !== "cilium-config" || !isFields(data)) continue;
    const setting = data["kube-proxy-replacement"];
    if (setting !== "true" && setting !== "strict") continue;
    return {
      code: "proxy-replaced",
      severity: "warning",
      message:
        "Cilium replaces kube-proxy in this cluster; Services are simulated as kube-proxy routes them.",
      remedy: "read differences in endpoint choice with care",
      at: entry.position(["data", "kube-proxy-replacement"]),
    };
  }
  return undefined;
}
