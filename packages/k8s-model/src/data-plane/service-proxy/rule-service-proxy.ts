import { splitHostPort } from "../../address/index.ts";
import type { IPFamily } from "../../api/index.ts";
import type { AffinityLists } from "../affinity/index.ts";
import type { ProxyState } from "../proxied-port/index.ts";
import { connectNs, type ProxyProgram } from "../proxy-costs/index.ts";
import type { RuleHost, RuleOutcome, RuleSubject } from "../rule-walk/index.ts";
import type { NewConnection, ProxyHost, ProxyVerdict, RouteContext } from "./service-proxy.ts";

/** The family that a node's proxy is for. */
export function familyOf({ addresses }: ProxyHost): IPFamily {
  return addresses[0]?.includes(":") ? "IPv6" : "IPv4";
}

/** Where rules are asked: before the destination is translated, then filtered, then on the way out. */
export interface RuleHooks {
  translate(subject: RuleSubject, host: RuleHost, fromNode: boolean): RuleOutcome;
  filter(subject: RuleSubject, host: RuleHost, way: "input" | "forward" | "output"): RuleOutcome;
  leave(subject: RuleSubject, host: RuleHost): RuleOutcome;
}

/** Sends a first packet through the hooks of a node, in the order of the kernel. */
export function routeByRules(
  hooks: RuleHooks,
  node: ProxyHost,
  affinity: AffinityLists,
  connection: NewConnection,
  { nowNs, random }: RouteContext,
): { readonly outcome: ProxyVerdict; readonly dispatched: number } {
  const own = new Set(node.addresses);
  const isLocal = (address: string): boolean =>
    own.has(address) || address.startsWith("127.") || address === "::1";
  const host: RuleHost = { isLocal, random, affinity, nowNs };
  const first: RuleSubject = {
    protocol: connection.protocol.toLowerCase(),
    source: connection.source,
    destination: connection.destination,
    destinationPort: connection.destinationPort,
    state: "NEW",
    translated: false,
    marked: false,
  };
  const fromNode = connection.origin === "node";
  const translated = hooks.translate(first, host, fromNode);
  const trail = [...translated.trail];
  const end = (
    verdict: ProxyVerdict["verdict"],
    reason: string,
    seen: ProxyVerdict["sourceSeen"] = "client",
  ): { outcome: ProxyVerdict; dispatched: number } => ({
    outcome: {
      verdict,
      endpoint: verdict === "accept" ? translated.endpoint : undefined,
      sourceSeen: seen,
      reason,
      trail,
      connectNs: 0,
    },
    dispatched: translated.dispatched,
  });
  if (translated.verdict === "drop" || translated.verdict === "reject") {
    return end(translated.verdict, reasonOf(translated.verdict, trail));
  }
  const after = afterTranslation(first, translated);
  const way = fromNode ? "output" : isLocal(after.destination) ? "input" : "forward";
  const filtered = hooks.filter(after, host, way);
  trail.push(...filtered.trail);
  if (filtered.verdict !== "accept")
    return end(filtered.verdict, reasonOf(filtered.verdict, trail));
  if (translated.endpoint === undefined)
    return end("pass", "No rule is about this address and port");
  const left = hooks.leave(after, host);
  trail.push(...left.trail);
  return left.masquerade !== "no"
    ? end("accept", "Sent to an endpoint, with an address of the node as the source", "node")
    : end("accept", "Sent to an endpoint, the client's address kept");
}

function afterTranslation(subject: RuleSubject, { endpoint, marked }: RuleOutcome): RuleSubject {
  if (endpoint === undefined) return { ...subject, marked };
  const { address, port } = splitHostPort(endpoint);
  return {
    ...subject,
    destination: address,
    destinationPort: port,
    translated: true,
    marked,
  };
}

function reasonOf(verdict: "drop" | "reject", trail: readonly string[]): string {
  const what = verdict === "drop" ? "Dropped" : "Refused";
  return `${what} by the rule: ${trail.at(-1) ?? ""}`;
}

/** The cost of a first packet, from the rules looked at and the endpoints to choose from. */
export function withCost(
  verdict: ProxyVerdict,
  program: ProxyProgram,
  dispatched: number,
  endpoints: number,
): ProxyVerdict {
  const target = { rulesExamined: dispatched, endpoints };
  return { ...verdict, connectNs: connectNs(program, target) };
}

/** Sizes for the cost of a sync. */
export function sizeOf({ ports, changed }: ProxyState): {
  readonly services: number;
  readonly endpoints: number;
  readonly changedServices: number;
  readonly changedEndpoints: number;
} {
  let endpoints = 0;
  let changedServices = 0;
  let changedEndpoints = 0;
  for (const port of ports) {
    endpoints += port.reachable.length;
    if (!changed.has(port.service)) continue;
    changedServices++;
    changedEndpoints += port.reachable.length;
  }
  return { services: ports.length, endpoints, changedServices, changedEndpoints };
}
