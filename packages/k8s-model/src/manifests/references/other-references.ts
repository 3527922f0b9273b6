import type { Diagnostic } from "../diagnostic.ts";
import { nameOf } from "../duplicates.ts";
import { type FieldPath, formatFieldPath, valueAt } from "../field-path.ts";
import { isFields, listOf } from "../guards.ts";
import { kindUse } from "../kinds.ts";
import type { ManifestObject } from "../manifest-object.ts";
import type { ServiceView } from "../services.ts";
import { keyOf } from "../workloads.ts";

/** Autoscalers, Ingresses and StatefulSets that name what is missing. */
export function otherReferenceDiagnostics(
  objects: readonly ManifestObject[],
  services: readonly ServiceView[],
): Diagnostic[] {
  const known = new Set(objects.map(keyOf));
  const byKey = new Map(services.map((service) => [service.key, service]));
  return objects.flatMap((entry) => {
    switch (entry.object.kind) {
      case "HorizontalPodAutoscaler":
        return autoscaler(entry, known);
      case "Ingress":
        return ingress(entry, byKey);
      case "StatefulSet":
        return statefulSet(entry, byKey);
      default:
        return [];
    }
  });
}

function autoscaler(entry: ManifestObject, known: ReadonlySet<string>): Diagnostic[] {
  const path = ["spec", "scaleTargetRef"];
  const target = valueAt(entry.object, path);
  if (!isFields(target)) return [];
  const { kind, name } = target;
  const unnamed = ["kind", "name"].filter((field) => !isText(target[field]));
  if (unnamed.length > 0) return unnamed.map((field) => notText(entry, [...path, field]));
  if (known.has(`${entry.object.metadata.namespace ?? ""}/${kind}/${name}`)) return [];
  return [missing(entry, path, `scales ${kind} "${name}"`, "unknown-scale-target")];
}

function statefulSet(
  entry: ManifestObject,
  services: ReadonlyMap<string, ServiceView>,
): Diagnostic[] {
  const path = ["spec", "serviceName"];
  const name = valueAt(entry.object, path);
  if (typeof name !== "string" || name === "") return [];
  if (services.has(`${entry.object.metadata.namespace ?? ""}/${name}`)) return [];
  return [
    missing(entry, path, `gives its pods names through Service "${name}"`, "unknown-service"),
  ];
}

function ingress(entry: ManifestObject, services: ReadonlyMap<string, ServiceView>): Diagnostic[] {
  return backendPaths(entry).flatMap((path) => {
    const backend = valueAt(entry.object, [...path, "service"]);
    if (!isFields(backend)) return [];
    const { name, port } = backend;
    if (!isText(name)) return [notText(entry, [...path, "service", "name"])];
    const service = services.get(`${entry.object.metadata.namespace ?? ""}/${name}`);
    if (service === undefined) {
      return [missing(entry, path, `sends requests to Service "${name}"`, "unknown-service")];
    }
    const wanted = isFields(port) ? (port.number ?? port.name) : undefined;
    if (wanted !== undefined && typeof wanted !== "number" && !isText(wanted)) {
      return [notText(entry, [...path, "service", "port"])];
    }
    const fits = service.ports.some(
      (candidate) => candidate.port === wanted || (candidate.name ?? candidate) === wanted,
    );
    if (fits || wanted === undefined) return [];
    const ports = service.ports.map((candidate) => candidate.name ?? candidate.port).join(", ");
    const field = [...path, "service", "port"];
    return [
      {
        code: "unknown-service-port",
        severity: "warning",
        message: `${nameOf(entry)} names port ${String(wanted)} of Service "${name}", which has ${ports}.`,
        remedy: "correct the port here or in the Service",
        at: entry.position(field),
        field: formatFieldPath(field),
      },
    ];
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function notText(entry: ManifestObject, path: FieldPath): Diagnostic {
  const field = formatFieldPath(path);
  return {
    code: "wrong-type",
    severity: "error",
    message: `${nameOf(entry)}: ${field} names nothing.`,
    remedy: path.at(-1) === "port" ? "write a number or a name" : "write a name as text",
    at: entry.position(path),
    field,
  };
}

function backendPaths({ object }: ManifestObject): FieldPath[] {
  const spec = isFields(object.spec) ? object.spec : {};
  const ofRules = listOf(spec.rules).flatMap((rule, index) => {
    const paths = isFields(rule) && isFields(rule.http) ? listOf(rule.http.paths) : [];
    return paths.map((_, at) => ["spec", "rules", index, "http", "paths", at, "backend"]);
  });
  return [["spec", "defaultBackend"], ...ofRules];
}

function missing(entry: ManifestObject, path: FieldPath, what: string, code: string): Diagnostic {
  return {
    code,
    severity: "warning",
    message: `${nameOf(entry)} ${what}, which the input does not have.`,
    remedy: "correct the name, or add the object to the input",
    at: entry.position(path),
    field: formatFieldPath(path),
  };
}

const ALWAYS_THERE = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);

/** Where the input has Namespaces, those that its objects name should be among them. */
export function namespaceDiagnostics(objects: readonly ManifestObject[]): Diagnostic[] {
  const names = objects
    .filter(({ object }) => object.kind === "Namespace")
    .map(({ object }) => object.metadata.name);
  if (names.length === 0) return [];
  const known = new Set([...names, ...ALWAYS_THERE]);
  const missing = new Map<string, ManifestObject>();
  for (const entry of objects) {
    const { namespace } = entry.object.metadata;
    if (kindUse(entry.object.apiVersion, entry.object.kind) === "ignored") continue;
    if (namespace === undefined || known.has(namespace) || missing.has(namespace)) continue;
    missing.set(namespace, entry);
  }
  return [...missing].map(([namespace, entry]) => ({
    code: "unknown-namespace",
    severity: "warning",
    message: `${nameOf(entry)} is in namespace "${namespace}", which is not among the input's ${names.length}.`,
    remedy: "add the Namespace, or correct the name",
    at: entry.position("metadata.namespace"),
    field: "metadata.namespace",
  }));
}
