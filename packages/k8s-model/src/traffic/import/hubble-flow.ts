/** One end of a flow. */
export interface FlowEnd {
  readonly namespace: string;
  readonly pod: string;
  /** Name of the workload; absent for what is no pod. */
  readonly workload: string | undefined;
  /** A node, the API server or Cilium's own health checks. */
  readonly isNode: boolean;
}

/** What of a flow of Hubble says who calls whom. */
export interface HubbleFlow {
  /** Layer 7's requests and answers; the first packet of a connection; anything else. */
  readonly kind: "request" | "answer" | "opening" | "other";
  readonly time: string;
  readonly verdict: string;
  readonly protocol: string;
  readonly source: FlowEnd;
  readonly destination: FlowEnd;
  readonly sourceAddress: string;
  readonly destinationAddress: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** `NAMESPACE/NAME` of the Service that was called, where Hubble knows it. */
  readonly service: string | undefined;
  readonly sourceService: string | undefined;
  /** Direction, kind of event and point of observation. */
  readonly seenAt: string;
  readonly latencyNs: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads one line; `other` for events that are no flows, `lost` where Hubble tells of lost ones. */
export function hubbleFlow(line: string): HubbleFlow | "other" | "lost" | "broken" {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "broken";
  }
  if (!isFields(value)) return "broken";
  if (Object.hasOwn(value, "lost_events")) return "lost";
  if (Object.hasOwn(value, "node_status") || Object.hasOwn(value, "agent_event")) return "other";
  // Older versions print the flow without a wrapping.
  const flow = fields(value, "flow") ?? value;
  if (typeof flow.time !== "string" || typeof flow.verdict !== "string") return "broken";
  return flowOf(flow, flow.time, flow.verdict);
}

function flowOf(flow: Fields, time: string, verdict: string): HubbleFlow {
  const layer4 = fields(flow, "l4") ?? {};
  const protocol = ["TCP", "UDP", "SCTP"].find((name) => Object.hasOwn(layer4, name)) ?? "other";
  const ports = fields(layer4, protocol) ?? {};
  const ip = fields(flow, "IP") ?? {};
  const layer7 = fields(flow, "l7");
  return {
    kind: kindOf(flow, protocol, ports, layer7),
    time,
    verdict,
    protocol,
    source: endOf(fields(flow, "source")),
    destination: endOf(fields(flow, "destination")),
    sourceAddress: text(ip.source),
    destinationAddress: text(ip.destination),
    sourcePort: Number(ports.source_port ?? 0),
    destinationPort: Number(ports.destination_port ?? 0),
    service: serviceOf(fields(flow, "destination_service")),
    sourceService: serviceOf(fields(flow, "source_service")),
    seenAt: [
      text(flow.traffic_direction),
      String(fields(flow, "event_type")?.type ?? ""),
      text(flow.trace_observation_point),
    ].join(" "),
    latencyNs: latencyOf(layer7),
  };
}

function kindOf(
  flow: Fields,
  protocol: string,
  ports: Fields,
  layer7: Fields | undefined,
): HubbleFlow["kind"] {
  if (layer7 !== undefined) {
    if (layer7.type === "REQUEST") return "request";
    return layer7.type === "RESPONSE" ? "answer" : "other";
  }
  if (flow.is_reply === true || flow.reply === true) return "other";
  if (protocol === "UDP" || protocol === "SCTP") return "opening";
  const flags = fields(ports, "flags");
  return flags?.SYN === true && flags.ACK !== true ? "opening" : "other";
}

const NODES = /^reserved:(host|remote-node|kube-apiserver|health|init)$/;

function endOf(end: Fields | undefined): FlowEnd {
  const namespace = text(end?.namespace);
  const pod = text(end?.pod_name);
  const [workload] = Array.isArray(end?.workloads) ? (end.workloads as unknown[]) : [];
  const labels = Array.isArray(end?.labels) ? (end.labels as unknown[]) : [];
  return {
    namespace,
    pod,
    workload: workloadName(isFields(workload) ? workload : undefined, pod),
    isNode: pod === "" && labels.some((label) => typeof label === "string" && NODES.test(label)),
  };
}

/** A Deployment's name where Hubble tells its ReplicaSet, or only the pod. */
function workloadName(workload: Fields | undefined, pod: string): string | undefined {
  const name = text(workload?.name);
  if (name !== "")
    return workload?.kind === "ReplicaSet" ? name.replace(/-[a-z0-9]{6,10}$/, "") : name;
  if (pod === "") return undefined;
  return pod
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[a-z0-9]{5}$/, "")
    .replace(/-\d{1,5}$/, "");
}

function serviceOf(service: Fields | undefined): string | undefined {
  const name = text(service?.name);
  return name === "" ? undefined : `${text(service?.namespace) || "default"}/${name}`;
}

/** Numbers of 64 bits are texts in protobuf's JSON. */
function latencyOf(layer7: Fields | undefined): number | undefined {
  const latencyNs = Number(layer7?.latency_ns ?? Number.NaN);
  return latencyNs > 0 && Number.isFinite(latencyNs) ? latencyNs : undefined;
}

function fields(value: Fields, key: string): Fields | undefined {
  const inside = Object.hasOwn(value, key) ? value[key] : undefined;
  return isFields(inside) ? inside : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
