import type { ServicePort } from "../../api/service.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { nearest } from "../near.ts";
import { quote } from "../problem.ts";
import { declaredPorts, type ServiceView } from "../services.ts";
import type { WorkloadView } from "../workloads.ts";

/** Ports of a Service that lead to no port of the pods it selects. */
export function targetPortDiagnostics(service: ServiceView): Diagnostic[] {
  if (service.workloads.length === 0) return [];
  return service.ports.flatMap((port, index) => {
    const target = port.targetPort ?? port.port;
    return typeof target === "string"
      ? namedTarget(service, port, target, index)
      : numberedTarget(service, target, index);
  });
}

function namedTarget(
  service: ServiceView,
  port: ServicePort,
  target: string,
  index: number,
): Diagnostic[] {
  const protocol = port.protocol ?? "TCP";
  const lacking = service.workloads.filter((view) => !declares(view, target, protocol));
  if (lacking.length === 0) return [];
  const field = `spec.ports[${index}].targetPort`;
  const at = service.entry.position(field);
  const someHaveIt = lacking.length < service.workloads.length;
  if (someHaveIt) {
    const names = lacking.map(({ kind, name }) => `${kind} "${name}"`).join(", ");
    return [
      {
        code: "target-port-partly-unknown",
        severity: "warning",
        message: `Service "${service.name}": targetPort ${quote(target)} matches no container port of ${names}; their pods get no traffic on this port.`,
        remedy: "name the port in them too, or give this port a Service of its own",
        at,
        field,
      },
    ];
  }
  return [
    {
      code: "unknown-target-port",
      severity: "error",
      message: `Service "${service.name}": targetPort ${quote(target)} matches no container port.\n  Pods selected by ${selectorText(service)} declare: ${declaredText(service, protocol)}.`,
      remedy: targetRemedy(service, target, protocol),
      at,
      field,
    },
  ];
}

function declares(view: WorkloadView, target: string, protocol: string): boolean {
  return declaredPorts(view).some((port) => port.name === target && port.protocol === protocol);
}

function declaredText(service: ServiceView, protocol: string): string {
  const ports = service.workloads.flatMap(declaredPorts);
  const texts = ports.map((port) => {
    const other = port.protocol === protocol ? "" : ` (${port.protocol})`;
    return `${port.name ?? port.containerPort}${other}`;
  });
  return texts.length === 0 ? "no ports" : [...new Set(texts)].join(", ");
}

/** The nearest declared name, and the line where a container's ports would be named. */
function targetRemedy(service: ServiceView, target: string, protocol: string): string {
  const declared = service.workloads.flatMap(declaredPorts);
  const other = declared.find((port) => port.name === target)?.protocol;
  if (other !== undefined) {
    return `"${target}" is declared for ${other}: set protocol: ${other} on this port, or name another`;
  }
  const named = declared.flatMap((port) =>
    port.name !== undefined && port.protocol === protocol ? [port.name] : [],
  );
  const [near] = nearest(target, named, 1);
  const view = service.workloads[0] as WorkloadView;
  const { file, line } = view.entry.position([...view.podSpecPath, "containers", 0, "ports"]);
  const place = `${view.kind} "${view.name}" (${file}:${line})`;
  return near === undefined
    ? `name a port "${target}" in ${place}, or use its number`
    : `use targetPort "${near}", or name the port in ${place}`;
}

function numberedTarget(service: ServiceView, target: number, index: number): Diagnostic[] {
  if (service.headless || target === 0) return [];
  const declared = service.workloads.flatMap(declaredPorts);
  if (declared.some((port) => port.containerPort === target)) return [];
  const field =
    service.ports[index]?.targetPort === undefined
      ? `spec.ports[${index}].port`
      : `spec.ports[${index}].targetPort`;
  const ports = [...new Set(declared.map((port) => port.containerPort))].join(", ");
  const silent = declared.length === 0;
  return [
    {
      code: "undeclared-target-port",
      severity: silent ? "info" : "warning",
      message: `Service "${service.name}": no container of its pods declares port ${target}; they declare ${silent ? "none" : ports}. It may listen there all the same.`,
      remedy: "check the number; if it is right, declare it in the container's ports",
      at: service.entry.position(field),
      field,
    },
  ];
}

export function selectorText(service: ServiceView): string {
  return Object.entries(service.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
