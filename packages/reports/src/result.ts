/**
 * A result: what a run answers, as plain versioned data. Everything a report shows is here; nothing
 * in it depends on the clock, the machine or the locale, so the same run gives the same bytes.
 */
export interface Result {
  readonly schema: "k8s-netsim/result/v1";
  /** `what-if` compares the input with its changed form; `scenario` a grid of configurations. */
  readonly kind: "what-if" | "scenario";
  readonly title: string;
  readonly question: string;
  /** One sentence (two at most) that answers the question, with its interval. */
  readonly answer: string;
  readonly verdict: "none" | "met" | "missed" | "undecided";
  readonly reproduce: Reproduction;
  /** What a reader must know before believing the answer; shown in the first paragraph. */
  readonly warnings: readonly string[];
  readonly configurations: readonly Configuration[];
  /** In the order in which they are shown; the first ones become the key figures. */
  readonly measures: readonly Measure[];
  /** Id of the measure that the answer is about; the first measure where absent. */
  readonly headline?: string;
  /** Today's simulated numbers beside those that were observed in the real cluster. */
  readonly backCheck?: BackCheck;
  readonly estimates: readonly ScopedEstimate[];
  readonly differences: readonly Difference[];
  readonly expectations: readonly Expectation[];
  /** Why the answer is what it is: Services that cannot profit, with the rule and a concrete patch. */
  readonly findings: readonly Finding[];
  readonly assumptions: readonly Assumption[];
  /** What the bill leaves out (load-balancer hops, NAT), a sentence each. */
  readonly billExcludes?: readonly string[];
  readonly input: InputSummary;
  readonly charts: Charts;
  /** Tables of a scenario's own, beside its measures. */
  readonly tables?: readonly ResultTable[];
}

export interface BackCheck {
  /** Whether today's numbers are met, and how far the answer may thus be trusted. */
  readonly sentence: string;
  readonly verdict: "met" | "missed" | "undecided";
  readonly rows: readonly BackCheckRow[];
}

export interface BackCheckRow {
  readonly label: string;
  /** `all`, `namespace/service`, or `from->to` for zones. */
  readonly scope: string;
  readonly unit: Measure["unit"];
  readonly observed: number;
  readonly simulated: Estimate;
  /** Simulated over observed; `null` where that is not defined. */
  readonly ratio: number | null;
  readonly verdict: "met" | "missed" | "undecided";
  /** What was found, in words. */
  readonly judged: string;
}

export interface ResultTable {
  readonly title: string;
  /** Id of the configuration that it belongs to; absent where it belongs to all. */
  readonly configuration?: string;
  /** What all configurations come to together: shown before their numbers. */
  readonly summary?: boolean;
  readonly note?: string;
  readonly columns: readonly { readonly label: string; readonly unit?: Measure["unit"] }[];
  /** One cell a column; `null`: not defined there. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Lines of one quantity over another. */
export interface CurveChart {
  readonly title: string;
  readonly configuration?: string;
  /** What one sees in it, in a sentence. */
  readonly description: string;
  readonly x: CurveAxis;
  readonly y: CurveAxis;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly y: number }[];
    readonly dashed?: boolean;
  }[];
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
}

export interface CurveAxis {
  readonly label: string;
  readonly unit?: Measure["unit"];
  readonly logarithmic?: boolean;
}

export interface Reproduction {
  readonly command: string;
  readonly seed: string;
  readonly version: string;
  readonly kubernetesVersion: string;
  readonly replications: number;
  /** Absent where the runs have no warm-up and no common length of simulated time. */
  readonly warmUpSeconds?: number;
  readonly lengthSeconds?: number;
  readonly quick: boolean;
}

export interface Configuration {
  readonly id: string;
  readonly label: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

export interface Measure {
  readonly id: string;
  readonly label: string;
  /** `share` is 0..1 and shown as per cent; `ns` is shown in the unit that reads best. */
  readonly unit:
    | "share"
    | "ns"
    | "per-second"
    | "usd-per-million"
    | "usd-per-month"
    | "ratio"
    | "count"
    | "bytes"
    | "bytes-per-second"
    | "seconds";
  readonly better: "lower" | "higher" | "neither";
  /** What exactly is counted, in a sentence. */
  readonly description: string;
}

/** A number and its 95 % sampling interval over `n` replications; `null`: not defined here. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

export interface ScopedEstimate {
  readonly measure: string;
  readonly configuration: string;
  /** `all`, or `namespace/service`. */
  readonly scope: string;
  readonly estimate: Estimate;
}

/** `to` minus `from`, paired by replication under common random numbers. */
export interface Difference {
  readonly measure: string;
  readonly from: string;
  readonly to: string;
  readonly scope: string;
  readonly estimate: Estimate;
  /** The same relative to `from`; `null` where `from` is zero. */
  readonly relative: Estimate | null;
  /** How far the difference moves when every assumption is halved and doubled, one at a time. */
  readonly assumptionRange?: { readonly low: number; readonly high: number };
}

export interface Expectation {
  readonly text: string;
  readonly verdict: "met" | "missed" | "undecided";
  /** The comparison that was judged, in words, with the bound. */
  readonly reason: string;
}

export interface Finding {
  readonly severity: "info" | "warning";
  /** `namespace/service` or a workload the finding is about. */
  readonly subject: string;
  readonly message: string;
  /** The Kubernetes rule behind it. */
  readonly rule?: string;
  /** A concrete change that would mend it, as YAML, and what it leaves. */
  readonly patch?: {
    readonly description: string;
    readonly yaml: string;
    /** What each zone has left once the patch is applied, in words ("1.2 of 4 CPU free"). */
    readonly headroom?: readonly { readonly zone: string; readonly left: string }[];
  };
}

export interface Assumption {
  readonly name: string;
  readonly value: string;
  /** Where the value comes from: `input`, `flag`, or a published source with its date. */
  readonly source: string;
  /**
   * What the difference of `measure` (scope `all`, in the measure's own unit) becomes with this
   * assumption halved and with it doubled; absent where it was not varied.
   */
  readonly effect?: { readonly measure: string; readonly halved: number; readonly doubled: number };
  /** Rank by size of effect, 1 the largest. */
  readonly rank?: number;
}

export interface InputSummary {
  readonly simulated: readonly KindCount[];
  readonly inferenceOnly: readonly KindCount[];
  readonly ignored: readonly KindCount[];
  readonly nodes: readonly { readonly zone: string; readonly nodes: number }[];
  readonly services: readonly ServiceSummary[];
  readonly callGraph: readonly CallEdge[];
  /** Where requests enter: a workload that only calls, or a Service that is called from outside. */
  readonly entries?: readonly {
    readonly name: string;
    readonly rate: string;
    /** How it is known: `flag`, `traffic file`, `file:line`, or `assumed`. */
    readonly evidence: string;
  }[];
  readonly unschedulable: readonly { readonly pod: string; readonly reason: string }[];
  /** Differences between a dump's own objects and what the controllers made of them. */
  readonly reconciled: readonly string[];
}

export interface KindCount {
  readonly kind: string;
  readonly count: number;
  readonly note?: string;
}

export interface ServiceSummary {
  readonly name: string;
  readonly type: string;
  readonly ports: readonly string[];
  readonly workloads: readonly string[];
  /** Ready endpoints per zone, before and after. */
  readonly endpointsByZone: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface CallEdge {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly callsPerRequest: number;
  /** How it is known: `file:line` of the variable or argument, `traffic file`, or `assumed`. */
  readonly evidence: string;
  readonly connection: string;
}

export interface Charts {
  /** Charts of a scenario's own. */
  readonly curves?: readonly CurveChart[];
  /** Share of bytes between zones, per configuration. */
  readonly zoneTraffic: readonly {
    readonly configuration: string;
    readonly from: string;
    readonly to: string;
    readonly share: number;
  }[];
  /** Latency distribution per configuration: points of the cumulative distribution. */
  readonly latency: readonly {
    readonly configuration: string;
    readonly points: readonly { readonly ns: number; readonly share: number }[];
  }[];
  /** Requests per endpoint relative to the mean of its Service. */
  readonly load: readonly {
    readonly configuration: string;
    readonly service: string;
    readonly endpoint: string;
    readonly zone: string;
    readonly relativeToMean: number;
  }[];
  /** With a change or a fault at a time: what clients saw, in bins of simulated time. */
  readonly timeline?: {
    readonly changeAtSeconds: number | null;
    /** Further moments to mark: faults, recoveries. */
    readonly marks?: readonly { readonly seconds: number; readonly label: string }[];
    readonly series: readonly {
      readonly configuration: string;
      readonly measure: string;
      readonly points: readonly { readonly seconds: number; readonly value: number }[];
    }[];
  };
}
