import type { Simulation } from "@k8s-netsim/sim-core";
import type { AutoscalerOptions } from "./options.ts";
import type { PodSample } from "./pod-sample.ts";

/** What an autoscaler reads of pods: the newest sample of each. */
export interface PodMetrics {
  /** CPU by pod (`namespace/name`), in thousandths; undefined while there is no sample. */
  cpu(podKey: string): PodSample | undefined;
}

/** What the nodes count of running pods: the source of samples. */
export interface PodCpuCounters {
  /** CPU time used by each pod whose containers run, since they started (ns of one CPU), by key. */
  read(): ReadonlyMap<string, number>;
}

interface Counted {
  readonly atNs: number;
  readonly cpuNs: number;
}

/**
 * The metrics server: looks at all counters every `metricResolutionNs` and serves the mean rate
 * between the last two looks, `metricDelayNs` after the later one. A pod has no sample before its
 * second look. Its looks do not count as work of the control plane.
 */
export class MetricsServer implements PodMetrics {
  readonly #sim: Simulation;
  readonly #counters: PodCpuCounters;
  readonly #options: AutoscalerOptions;
  #last: ReadonlyMap<string, Counted> = new Map();
  #served: ReadonlyMap<string, PodSample> = new Map();

  constructor(sim: Simulation, counters: PodCpuCounters, options: AutoscalerOptions) {
    this.#sim = sim;
    this.#counters = counters;
    this.#options = options;
    this.#sim.at(sim.now, () => this.#look());
  }

  cpu(podKey: string): PodSample | undefined {
    return this.#served.get(podKey);
  }

  #look(): void {
    const atNs: number = this.#sim.now;
    const counted = new Map<string, Counted>();
    const samples = new Map<string, PodSample>();
    for (const [key, cpuNs] of this.#counters.read()) {
      counted.set(key, { atNs, cpuNs });
      const before = this.#last.get(key);
      if (before === undefined || cpuNs < before.cpuNs) continue;
      const windowNs = atNs - before.atNs;
      const valueMilli = Math.ceil(((cpuNs - before.cpuNs) * 1000) / windowNs);
      samples.set(key, { valueMilli, atNs, windowNs });
    }
    this.#last = counted;
    const { metricDelayNs, metricResolutionNs } = this.#options;
    this.#sim.at(atNs + metricDelayNs, () => {
      this.#served = samples;
    });
    this.#sim.at(atNs + metricResolutionNs, () => this.#look());
  }
}
