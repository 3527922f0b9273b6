import { Histogram } from "@k8s-netsim/sim-core";
import type { Diagnostic, SourcePosition } from "../../manifests/diagnostic.ts";
import { instantSeconds } from "../../tables/index.ts";
import type { AddressBook } from "./address-book.ts";
import { type FlowEnd, type HubbleFlow, hubbleFlow } from "./hubble-flow.ts";
import {
  EdgeTally,
  type ImportedMeasure,
  type ImportedTraffic,
  importProblem,
  LeftOut,
  MOST_PROBLEMS,
  requestMeasures,
} from "./imported-traffic.ts";
import { type EdgeRate, OUTSIDE } from "./observed-edge.ts";

interface Counted {
  readonly source: string;
  readonly destination: string;
  readonly at: SourcePosition;
  /** By the place where Hubble saw them: a flow between nodes is seen at several. */
  readonly requests: Map<string, number>;
  readonly connections: Map<string, number>;
}

/** Hubble's verdicts on flows that go on. */
const PASSING = new Set(["FORWARDED", "REDIRECTED", "AUDIT"]);

/**
 * Reads Hubble's flows (`hubble observe -o json`, `-o jsonpb` or an exporter's file), one a line:
 * requests where layer 7 is visible, else connections by their first packet. Flows that were seen at
 * several places count once. Bytes are not in Hubble's flows.
 */
export class HubbleImport {
  readonly #book: AddressBook | undefined;
  readonly #outside: ReadonlySet<string>;
  readonly #counted = new Map<string, Counted>();
  readonly #latency = new Map<string, Histogram>();
  readonly #leftOut = new LeftOut();
  readonly #diagnostics: Diagnostic[] = [];
  #flows = 0;
  #file = "the flows";
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  /**
   * @param book finds the Service of a pod and a port; without it only flows that name one count
   * @param outside workloads that count as users outside: gateways that are not simulated
   */
  constructor(book: AddressBook | undefined, outside: ReadonlySet<string> = new Set()) {
    this.#book = book;
    this.#outside = outside;
  }

  get gaveUp(): boolean {
    return this.#diagnostics.length >= MOST_PROBLEMS;
  }

  line(text: string, file: string, line: number): void {
    if (this.gaveUp || text.trim() === "") return;
    this.#file = file;
    const at = { file, line, column: 1 };
    const flow = hubbleFlow(text);
    if (flow === "other") return;
    if (flow === "broken") {
      const remedy = "pass what hubble observe -o json prints, a flow a line";
      this.#diagnostics.push(importProblem("The line is no flow of Hubble in JSON.", remedy, at));
      return;
    }
    if (flow === "lost") {
      this.#leftOut.add("Hubble itself lost them: rates are too low");
      return;
    }
    this.#count(flow, at);
  }

  finish(): ImportedTraffic {
    const seconds = this.#to - this.#from;
    if (this.#diagnostics.length === 0 && !(seconds > 0)) {
      const message =
        this.#flows === 0
          ? "The file holds no flow."
          : "All flows are of one moment: rates need a stretch of time.";
      const remedy = "record for some minutes: hubble observe --since 5m -o json";
      this.#diagnostics.push(
        importProblem(message, remedy, { file: this.#file, line: 1, column: 1 }),
      );
    }
    const tally = new EdgeTally();
    for (const { source, destination, at, requests, connections } of this.#counted.values()) {
      const add = (rate: EdgeRate, seen: ReadonlyMap<string, number>): void => {
        if (seen.size > 0) tally.add({ source, destination }, rate, Math.max(...seen.values()), at);
      };
      add("requestsPerSecond", requests);
      add("connectionsPerSecond", connections);
    }
    const edges = seconds > 0 ? tally.edges(seconds) : [];
    return {
      edges,
      measures: [...requestMeasures(edges), ...this.#latencyMeasures()],
      notes: this.#leftOut.notes(["flow is", "flows are"]),
      diagnostics: this.#diagnostics,
    };
  }

  #count(flow: HubbleFlow, at: SourcePosition): void {
    const time = instantSeconds(flow.time);
    if (time === undefined) {
      const remedy = "pass flows with their time, as hubble observe -o json prints them";
      this.#diagnostics.push(
        importProblem(`The flow's time "${flow.time.slice(0, 40)}" is none.`, remedy, at),
      );
      return;
    }
    this.#flows += 1;
    this.#from = Math.min(this.#from, time);
    this.#to = Math.max(this.#to, time);
    if (!PASSING.has(flow.verdict)) {
      if (flow.verdict === "DROPPED") this.#leftOut.add("they were dropped");
      return;
    }
    if (flow.kind === "answer") this.#countLatency(flow);
    if (flow.kind === "request" || flow.kind === "opening") this.#countEdge(flow, at);
  }

  #countEdge(flow: HubbleFlow, at: SourcePosition): void {
    const source = this.#nameOf(flow.source, flow.sourceAddress);
    const destination = this.#serviceOf(flow.destination, flow.destinationPort, flow);
    if (source === undefined) {
      this.#leftOut.add("their sender is a node or Cilium itself");
      return;
    }
    if (destination === undefined) {
      const to = this.#nameOf(flow.destination, flow.destinationAddress) ?? flow.destinationAddress;
      const reason =
        this.#book === undefined
          ? "they name no Service; give the manifests with -f to find it"
          : "no Service leads to where they go";
      this.#leftOut.add(reason, `${to}:${flow.destinationPort}`);
      return;
    }
    const key = `${source} ${destination}`;
    let counted = this.#counted.get(key);
    if (counted === undefined) {
      counted = { source, destination, at, requests: new Map(), connections: new Map() };
      this.#counted.set(key, counted);
    }
    const seen = flow.kind === "request" ? counted.requests : counted.connections;
    seen.set(flow.seenAt, (seen.get(flow.seenAt) ?? 0) + 1);
  }

  /** An answer goes from the server back: its source is who was called. */
  #countLatency(flow: HubbleFlow): void {
    const { latencyNs } = flow;
    const service = this.#serviceOf(flow.source, flow.sourcePort, {
      ...flow,
      service: flow.sourceService,
    });
    if (latencyNs === undefined || service === undefined) return;
    const scope = service.replace(/:.*$/, "");
    let histogram = this.#latency.get(scope);
    if (histogram === undefined) {
      histogram = new Histogram({ relativeError: 0.01 });
      this.#latency.set(scope, histogram);
    }
    histogram.record(latencyNs);
  }

  #nameOf(end: FlowEnd, address: string): string | undefined {
    if (end.isNode) return undefined;
    const known = this.#book?.pod(`${end.namespace}/${end.pod}`)?.workload.key;
    const name =
      known ?? (end.workload === undefined ? OUTSIDE : `${end.namespace}/${end.workload}`);
    if (name === OUTSIDE) {
      const owner = this.#book?.owner(address);
      return owner?.kind === "pod" ? owner.workload.key : OUTSIDE;
    }
    const isOutside =
      this.#outside.has(name) || this.#outside.has(`${end.namespace}/${end.workload}`);
    return isOutside ? OUTSIDE : name;
  }

  #serviceOf(
    end: FlowEnd,
    port: number,
    { service, protocol }: Pick<HubbleFlow, "service" | "protocol">,
  ): string | undefined {
    const workload = this.#book?.pod(`${end.namespace}/${end.pod}`)?.workload;
    const name =
      workload === undefined
        ? `${end.namespace}/${end.workload}`
        : `${workload.namespace}/${workload.name}`;
    return this.#book?.serviceOf(name, port, protocol) ?? service;
  }

  #latencyMeasures(): readonly ImportedMeasure[] {
    return [...this.#latency]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([scope, histogram]) =>
        ([0.5, 0.9, 0.99] as const).map((share) => ({
          measure: `latencyP${Math.round(share * 100)}`,
          scope,
          value: histogram.quantile(share) / 1e6,
          unit: "ms",
        })),
      );
  }
}
