import type { DnsQuestion, DnsResponse } from "./dns-record.ts";

/** How long one kind of answer is kept, whatever its own time to live says. */
export interface CacheLimits {
  readonly entries: number;
  readonly maxTtlSeconds: number;
  readonly minTtlSeconds: number;
}

export interface DnsCacheOptions {
  readonly success: CacheLimits;
  readonly denial: CacheLimits;
}

/** The cache plugin without a number: an hour for answers, half of it for denials, 5 s at least. */
export const CACHE_PLUGIN: DnsCacheOptions = {
  success: { entries: 9984, maxTtlSeconds: 3600, minTtlSeconds: 5 },
  denial: { entries: 9984, maxTtlSeconds: 1800, minTtlSeconds: 5 },
};

/** `cache 30` of the default Corefile: 30 s at most, for both. */
export const COREFILE_CACHE: DnsCacheOptions = {
  success: { ...CACHE_PLUGIN.success, maxTtlSeconds: 30 },
  denial: { ...CACHE_PLUGIN.denial, maxTtlSeconds: 30 },
};

/** The cluster's names in NodeLocal DNSCache's own Corefile: answers 30 s, denials 5 s. */
export const NODE_LOCAL_CACHE: DnsCacheOptions = {
  success: { ...CACHE_PLUGIN.success, maxTtlSeconds: 30 },
  denial: { ...CACHE_PLUGIN.denial, maxTtlSeconds: 5 },
};

interface Entry {
  readonly response: DnsResponse;
  readonly expiresNs: number;
}

/**
 * A cache of DNS answers and denials, after CoreDNS' plugin: the time to live of a response is kept
 * within limits, and what is left of it is told with the answer. Failures of servers are not kept.
 *
 * When it is full, the oldest entry leaves (the plugin picks one at random).
 */
export class DnsCache {
  readonly #options: DnsCacheOptions;
  readonly #success = new Map<string, Entry>();
  readonly #denial = new Map<string, Entry>();
  hits = 0;
  misses = 0;

  constructor(options: DnsCacheOptions = COREFILE_CACHE) {
    this.#options = options;
  }

  get(question: DnsQuestion, nowNs: number): DnsResponse | undefined {
    const key = keyOf(question);
    const entry = this.#success.get(key) ?? this.#denial.get(key);
    if (entry === undefined || entry.expiresNs <= nowNs) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    const ttlSeconds = Math.floor((entry.expiresNs - nowNs) / 1e9);
    return { ...entry.response, ttlSeconds };
  }

  put(question: DnsQuestion, response: DnsResponse, nowNs: number): void {
    if (response.rcode === "SERVFAIL") return;
    const positive = response.rcode === "NOERROR" && response.records.length > 0;
    const limits = positive ? this.#options.success : this.#options.denial;
    const { maxTtlSeconds, minTtlSeconds, entries } = limits;
    const ttlSeconds = Math.min(Math.max(response.ttlSeconds, minTtlSeconds), maxTtlSeconds);
    const key = keyOf(question);
    this.#success.delete(key);
    this.#denial.delete(key);
    if (ttlSeconds <= 0 || entries <= 0) return;
    const kept = positive ? this.#success : this.#denial;
    if (kept.size >= entries) kept.delete(kept.keys().next().value as string);
    kept.set(key, { response, expiresNs: nowNs + ttlSeconds * 1e9 });
  }
}

function keyOf({ name, type }: DnsQuestion): string {
  return `${type} ${name}`;
}
