import type { PodSpec } from "../../api/index.ts";

/** A port of the node that a pod takes; `0.0.0.0` stands for all addresses. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/**
 * The node's ports that a pod takes: `hostPort` of its containers and sidecars, and with
 * `hostNetwork` every container port.
 */
export function hostPorts(spec: PodSpec): readonly HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter((one) => one.restartPolicy === "Always");
  return [...(spec.containers ?? []), ...sidecars].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP, containerPort, protocol }) => {
      const port = hostPort ?? (spec.hostNetwork === true ? containerPort : 0);
      return port > 0 ? [{ ip: hostIP || "0.0.0.0", protocol: protocol ?? "TCP", port }] : [];
    }),
  );
}

/** Whether two pods cannot both have their port. */
export function portsConflict(a: HostPort, b: HostPort): boolean {
  return (
    a.port === b.port &&
    a.protocol === b.protocol &&
    (a.ip === b.ip || a.ip === "0.0.0.0" || b.ip === "0.0.0.0")
  );
}
