import { readFileSync } from "node:fs";
import { fc, it } from "@fast-check/vitest";
import {
  type AddressFamily,
  type DnsAnswer,
  type LookupRequest,
  type LookupRun,
  podResolverConfig,
  queriesPerLookup,
  type ResolverLibrary,
  type Responder,
  resolverMemory,
  runLookup,
} from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect } from "vitest";

const MS = 1_000_000;
const LIBRARIES: readonly ResolverLibrary[] = ["glibc", "musl", "go"];
const NO_NAME: DnsAnswer = { rcode: "NXDOMAIN", addresses: [] };
const NO_DATA: DnsAnswer = { rcode: "NOERROR", addresses: [] };

function request(name: string, changes: Partial<LookupRequest> = {}): LookupRequest {
  return {
    name,
    family: "any",
    nowNs: 0,
    config: podResolverConfig("default", ["10.96.0.10"]),
    ...changes,
  };
}

/** A zone of names with addresses of some types, that always answers. */
function zone(names: Readonly<Record<string, Partial<Record<"A" | "AAAA", string>>>>): Responder {
  return ({ name, type }) => {
    const known = Object.hasOwn(names, name) ? names[name] : undefined;
    const address = known?.[type];
    const answer =
      known === undefined
        ? NO_NAME
        : address === undefined
          ? NO_DATA
          : ({ rcode: "NOERROR", addresses: [address] } as const);
    return { answer, delayNs: MS };
  };
}

const asked = ({ queries }: LookupRun): readonly string[] =>
  queries.map(({ query }) => `${query.type} ${query.name}`);

describe("queries of a look-up", () => {
  it.prop([
    fc.constantFrom(...LIBRARIES),
    fc.constantFrom<AddressFamily>("any", "IPv4", "IPv6"),
    fc.integer({ min: 0, max: 16 }),
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 1, max: 7 }),
    fc.boolean(),
    fc.option(fc.nat(), { nil: undefined }),
  ])(
    "are as many as the closed form says, for any name, ndots and search path",
    (library, family, ndots, domains, labels, absolute, place) => {
      const search = Array.from({ length: domains }, (_, i) => `d${i}.zone`);
      const bare = Array.from({ length: labels }, (_, i) => `l${i}`).join(".");
      const name = absolute ? `${bare}.` : bare;
      const at = place === undefined ? undefined : place % (domains + 1);
      const found = at === undefined ? undefined : at === domains ? bare : `${bare}.${search[at]}`;
      const addresses = { A: "10.0.0.1", AAAA: "fd00::1" };
      const run = runLookup(
        library,
        request(name, {
          family,
          config: { nameservers: ["10.96.0.10"], search, options: `ndots:${ndots}` },
        }),
        zone(found === undefined ? {} : { [found]: addresses }),
      );
      const foundAt = at === undefined ? "nowhere" : at === domains ? "as-is" : at;
      // 15 is the most that any library takes.
      const closed = { library, name, family, ndots: Math.min(ndots, 15), searchDomains: domains };
      expect(run.queries.length).toBe(queriesPerLookup({ ...closed, foundAt }));
    },
  );

  it("are 5 with four search domains and 4 with three, as published for one family", () => {
    const external = { library: "glibc", family: "IPv4", ndots: 5, foundAt: "as-is" } as const;
    const name = "example.com";
    expect(queriesPerLookup({ ...external, name, searchDomains: 4 })).toBe(5);
    expect(queriesPerLookup({ ...external, name: "www.example.com", searchDomains: 3 })).toBe(4);
  });

  it.each(LIBRARIES)("%s asks nobody for an address", (library) => {
    const run = runLookup(library, request("10.1.2.3"), zone({}));
    expect(run).toMatchObject({ queries: [], durationNs: 0, result: { addresses: ["10.1.2.3"] } });
  });

  it("of musl end at a name that exists in the other family only, those of the others do not", () => {
    const only = zone({ "web.default.svc.cluster.local": { A: "10.96.0.1" } });
    const names = (library: ResolverLibrary) =>
      runLookup(library, request("web", { family: "IPv6" }), only).queries.length;
    expect(LIBRARIES.map(names)).toEqual([4, 1, 4]);
  });

  it("reach all name servers at once with musl, the second one after a time-out with the others", () => {
    const config = podResolverConfig("default", ["10.0.0.1", "10.0.0.2"]);
    const answer = { rcode: "NOERROR", addresses: ["10.96.0.1"] } as const;
    const respond: Responder = ({ server }) => (server === 0 ? undefined : { answer, delayNs: MS });
    const runs = LIBRARIES.map((library) =>
      runLookup(library, request("web.", { config, family: "IPv4" }), respond),
    );
    expect(runs.map(({ queries }) => queries.map(({ query }) => query.server))).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    expect(runs.map(({ durationNs }) => durationNs / MS)).toEqual([5006.2, 1, 5006.2]);
  });

  it("are A only with no-aaaa in glibc, and an IPv6 look-up then only learns that the name exists", () => {
    const config = { ...podResolverConfig("default", ["10.96.0.10"]), options: "ndots:5 no-aaaa" };
    const respond = zone({ "web.default.svc.cluster.local": { A: "10.96.0.1", AAAA: "fd00::1" } });
    const any = runLookup("glibc", request("web", { config }), respond);
    expect(asked(any)).toEqual(["A web.default.svc.cluster.local"]);
    const six = runLookup("glibc", request("web", { config, family: "IPv6" }), respond);
    expect(new Set(six.queries.map(({ query }) => query.type))).toEqual(new Set(["A"]));
    expect(six.result.outcome).toBe("no-data");
  });
});

describe("time-outs", () => {
  const silence: Responder = () => undefined;

  it("last 20 s with glibc, 5 s with musl and 40 s with Go when nobody answers", () => {
    const seconds = LIBRARIES.map(
      (library) => runLookup(library, request("web"), silence).durationNs / 1e9,
    );
    // With the slack of waiting processes: 20.017, 5.005 and 40.033 s were measured.
    expect(seconds.map((one) => Number(one.toFixed(3)))).toEqual([20.021, 5.005, 40.042]);
  });

  it("of glibc go away for the rest of a process once it has learnt to ask one by one", () => {
    const memory = resolverMemory();
    const dropSecond = (): Responder => {
      const sent = new Map<number, number>();
      return ({ socket }) => {
        const count = (sent.get(socket) ?? 0) + 1;
        sent.set(socket, count);
        return count === 2
          ? undefined
          : { answer: { rcode: "NOERROR", addresses: ["10.0.0.1"] }, delayNs: MS };
      };
    };
    const seconds = [1, 2, 3].map(
      () => runLookup("glibc", request("web.", { memory }), dropSecond()).durationNs / 1e9,
    );
    expect(seconds[0]).toBeCloseTo(5, 1);
    expect(seconds[1]).toBeCloseTo(5, 1);
    expect(seconds[2]).toBeLessThan(0.01);
  });
});

describe("servers that fail", () => {
  const failure: Responder = () => ({ answer: { rcode: "SERVFAIL", addresses: [] }, delayNs: MS });
  const sockets = ({ queries }: LookupRun) => queries.map(({ query }) => query.socket);

  it("make glibc take a new socket for one query, and keep the socket of two", () => {
    expect(sockets(runLookup("glibc", request("web.", { family: "IPv4" }), failure))).toEqual([
      0, 1,
    ]);
    expect(sockets(runLookup("glibc", request("web."), failure))).toEqual([0, 0, 0, 0]);
  });

  it("make glibc with single-request wait for an answer that it never asked for", () => {
    const config = {
      ...podResolverConfig("default", ["10.96.0.10"]),
      options: "single-request timeout:1 attempts:2",
    };
    const run = runLookup("glibc", request("web.", { config }), failure);
    expect(asked(run)).toEqual(["A web", "A web"]);
    expect(run.durationNs / 1e9).toBeCloseTo(2, 2);
    expect(run.result.outcome).toBe("try-again");
  });

  it("are asked again twice a query and round by musl, in as many rounds as attempts", () => {
    for (const attempts of [1, 2, 3, 4]) {
      const config = {
        ...podResolverConfig("default", ["10.96.0.10"]),
        options: `timeout:1 attempts:${attempts}`,
      };
      const one = runLookup("musl", request("web.", { config, family: "IPv4" }), failure);
      expect(one.queries.length).toBe(3 * attempts);
      expect(runLookup("musl", request("web.", { config }), failure).queries.length).toBe(
        6 * attempts,
      );
    }
  });
});

describe("options", () => {
  const web = zone({ "web.default.svc.cluster.local": { A: "10.96.0.1", AAAA: "fd00::1" } });
  const shape = (library: ResolverLibrary, options: string) =>
    runLookup(
      library,
      request("web.default.svc.cluster.local.", {
        config: { ...podResolverConfig("default", ["10.96.0.10"]), options },
      }),
      web,
    ).queries.map(({ query, sentNs }) => [query.transport, query.socket, sentNs / MS]);

  it.each([
    [
      "glibc",
      "",
      [
        ["udp", 0, 0],
        ["udp", 0, 0],
      ],
    ],
    [
      "glibc",
      "single-request",
      [
        ["udp", 0, 0],
        ["udp", 0, 1],
      ],
    ],
    [
      "glibc",
      "single-request-reopen",
      [
        ["udp", 0, 0],
        ["udp", 1, 1],
      ],
    ],
    [
      "glibc",
      "use-vc",
      [
        ["tcp", 0, 0],
        ["tcp", 0, 0],
      ],
    ],
    [
      "musl",
      "single-request use-vc",
      [
        ["udp", 0, 0],
        ["udp", 0, 0],
      ],
    ],
    [
      "go",
      "",
      [
        ["udp", 0, 0],
        ["udp", 1, 0],
      ],
    ],
    [
      "go",
      "single-request",
      [
        ["udp", 0, 0],
        ["udp", 1, 1],
      ],
    ],
    [
      "go",
      "use-vc",
      [
        ["tcp", 0, 0],
        ["tcp", 1, 0],
      ],
    ],
  ] as const)('%s with "%s" sends so: transport, socket, ms', (library, options, expected) => {
    expect(shape(library, options)).toEqual(expected);
  });

  it("give more ndots than 15 no effect", () => {
    const name = Array.from({ length: 16 }, () => "l").join(".");
    for (const library of LIBRARIES) {
      const config = { nameservers: ["10.96.0.10"], search: ["zone"], options: "ndots:200" };
      const run = runLookup(
        library,
        request(name, { config }),
        zone({ [name]: { A: "10.0.0.1" } }),
      );
      expect(run.queries[0]?.query.name).toBe(name);
    }
  });

  it("without attempts leave glibc without a server, the others with one attempt", () => {
    const config = { nameservers: ["10.96.0.10"], search: [], options: "attempts:0" };
    const counts = LIBRARIES.map(
      (library) => runLookup(library, request("web.", { config }), web).queries.length,
    );
    expect(counts).toEqual([0, 2, 2]);
  });
});

interface MeasuredRow {
  readonly resolver: ResolverLibrary;
  readonly family: string;
  readonly options: string;
  readonly server: string;
  readonly name: string;
  readonly lookupMs: number;
}

describe("how long measured look-ups took", () => {
  const fixture = new URL("../../fixtures/dataplane/resolver.json", import.meta.url);
  const { rows, knownNames, search } = JSON.parse(readFileSync(fixture, "utf8")) as {
    readonly rows: readonly MeasuredRow[];
    readonly knownNames: readonly string[];
    readonly search: string;
  };
  const silent = rows.filter(({ server }) => server.startsWith("drop"));

  function simulatedMs({ resolver, server, options, name }: MeasuredRow): number {
    const sent = new Map<number, number>();
    const config = { nameservers: ["10.96.0.10"], search: search.split(" "), options };
    const run = runLookup(resolver, request(name, { config }), (query) => {
      const count = (sent.get(query.socket) ?? 0) + 1;
      sent.set(query.socket, count);
      if (server === "drop" || (server === "drop-aaaa" && query.type === "AAAA")) return undefined;
      if (server === "drop-second" && count === 2) return undefined;
      const known = knownNames.includes(query.name);
      const addresses = query.type === "A" ? ["10.96.1.1"] : [];
      return { answer: known ? { rcode: "NOERROR", addresses } : NO_NAME, delayNs: MS / 10 };
    });
    return run.durationNs / MS;
  }

  it("is what the state machines wait, to 3 ms and 0.05 %, in each of the rows with losses", () => {
    const off = silent.filter((row) => {
      const difference = Math.abs(simulatedMs(row) - row.lookupMs);
      return difference > 3 + 0.0005 * row.lookupMs;
    });
    expect(silent.length).toBe(33);
    expect(off).toEqual([]);
  });
});
