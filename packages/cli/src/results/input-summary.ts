import type { PreparedInput, WhatIfAnswer } from "@k8s-netsim/k8s-model/scenario";
import { trafficDefaults } from "@k8s-netsim/k8s-model/traffic";
import type { CallEdge, InputSummary, KindCount, ServiceSummary } from "@k8s-netsim/reports";

/** What the input held, and what was made of it. */
export function inputSummary(input: PreparedInput, answer: WhatIfAnswer): InputSummary {
  const { counts } = input.kinds;
  return {
    simulated: counts.simulated.map(kindCount),
    inferenceOnly: counts.inference.map(kindCount),
    ignored: counts.ignored.map(kindCount),
    nodes: [...answer.after.nodesByZone].map(([zone, nodes]) => ({ zone, nodes })),
    services: serviceSummaries(input, answer),
    callGraph: callGraph(input),
    entries: entries(input),
    unschedulable: answer.after.unschedulable,
    reconciled: answer.before.reconciled,
  };
}

function kindCount({
  kind,
  count,
  missingEffect,
}: PreparedInput["kinds"]["counts"]["ignored"][number]): KindCount {
  return { kind, count, ...(missingEffect === undefined ? {} : { note: missingEffect }) };
}

function serviceSummaries(input: PreparedInput, answer: WhatIfAnswer): readonly ServiceSummary[] {
  return input.callGraph.services.map((view) => {
    const name = view.key;
    const zones = (side: "before" | "after"): Readonly<Record<string, number>> =>
      Object.fromEntries(answer[side].endpointsByZone.get(name) ?? []);
    return {
      name,
      type: view.type,
      ports: view.ports.map(
        (port) =>
          `${port.name === undefined ? "" : `${port.name} `}${port.port}/${port.protocol ?? "TCP"}`,
      ),
      workloads: view.workloads.map((workload) => workload.key),
      endpointsByZone: { before: zones("before"), after: zones("after") },
    };
  });
}

/** Caller of requests that no workload of the input sends. */
const OUTSIDE = "outside";

function callGraph({ traffic }: PreparedInput): readonly CallEdge[] {
  const { before } = traffic;
  const callsPerRequest = before.defaults.callsPerRequest ?? trafficDefaults.callsPerRequest;
  const edge = (
    from: string,
    call: (typeof before.calls)[number] | (typeof before.clients)[number],
    calls: number,
  ): CallEdge => ({
    from,
    to: call.to.service,
    port: String(call.to.port),
    callsPerRequest: calls,
    evidence: evidenceOf(call.evidence, traffic),
    connection: `${call.connection?.kind ?? "keep-alive"} (${call.connection?.reason ?? "default"})`,
  });
  return [
    ...before.clients.map((client) =>
      edge(client.workload === undefined ? OUTSIDE : client.name, client, 1),
    ),
    ...before.calls.map((call) => edge(call.from, call, call.callsPerRequest ?? callsPerRequest)),
  ];
}

function evidenceOf(
  evidence: PreparedInput["traffic"]["before"]["calls"][number]["evidence"],
  traffic: PreparedInput["traffic"],
): string {
  if (evidence !== undefined) {
    return `${evidence.at.file}:${evidence.at.line} ${evidence.variable} names ${evidence.matched}`;
  }
  return traffic.isGiven ? fileOf(traffic) : "assumed";
}

function fileOf({ isObserved }: PreparedInput["traffic"]): string {
  return isObserved ? "measured" : "traffic file";
}

function entries({ traffic }: PreparedInput): NonNullable<InputSummary["entries"]> {
  return traffic.before.clients.map((client) => ({
    name: client.name,
    rate: rateOf(client.load, traffic.before.defaults.rateHz ?? trafficDefaults.rateHz),
    evidence:
      client.load.mode === "open" && client.load.rateHz === undefined
        ? "assumed"
        : (traffic.rateSources.get(client.name) ?? fileOf(traffic)),
  }));
}

function rateOf(
  load: PreparedInput["traffic"]["before"]["clients"][number]["load"],
  assumedHz: number,
): string {
  return load.mode === "open" ? `${load.rateHz ?? assumedHz}/s` : `${load.users} users`;
}
