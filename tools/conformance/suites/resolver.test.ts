import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runConformance } from "../runner.ts";
import { resolver } from "./resolver.ts";

type Query = [number, string, string, string, number, number, ...string[]];
interface Row {
  readonly resolver: string;
  readonly family: string;
  readonly name: string;
  readonly options: string;
  readonly server: string;
  result: string;
  queries: Query[];
}

const fixture = new URL(
  "../../../packages/k8s-model/test/fixtures/dataplane/resolver.json",
  import.meta.url,
);

/** Judges one measured look-up after a change to what was measured. */
async function verdictOn(library: string, change: (row: Row) => void): Promise<number> {
  const file = JSON.parse(readFileSync(fixture, "utf8")) as { rows: Row[] };
  const row = file.rows.find(
    (one) =>
      one.resolver === library &&
      one.family === "any" &&
      one.name === "www.example.com" &&
      one.options === "ndots:5" &&
      one.server === "ok",
  ) as Row;
  change(row);
  const io = { read: () => JSON.stringify({ ...file, rows: [row] }), out: () => {}, err: () => {} };
  return runConformance(["resolver", "altered"], [resolver], io);
}

describe("a look-up that was measured otherwise fails", () => {
  const alter =
    (index: number, column: number, value: string | number) =>
    (row: Row): void => {
      (row.queries[index] as Query)[column] = value;
    };
  const changes: readonly (readonly [string, (row: Row) => void])[] = [
    [
      "another result",
      (row) => {
        row.result = "ok 10.96.1.2";
      },
    ],
    ["a query less", (row) => void row.queries.pop()],
    ["a query twice", (row) => void row.queries.push(row.queries.at(-1) as Query)],
    ["another name", alter(2, 1, "www.example.com")],
    ["another answer", alter(2, 3, "SERVFAIL")],
    ["another socket", alter(3, 4, 0)],
    ["another identifier", alter(3, 5, 0)],
    ["by TCP", (row) => void (row.queries[3] as Query).push("tcp")],
    ["names in another order", (row) => void row.queries.reverse()],
  ];

  it.each(changes)("%s", async (_, change) => {
    for (const library of ["glibc", "go"]) {
      expect(await verdictOn(library, () => {})).toBe(0);
      expect(await verdictOn(library, change)).toBe(1);
    }
  });

  it("a socket of its own for AAAA, where musl has one a name", async () => {
    const ownSocket = (row: Row): void => {
      for (const query of row.queries) query[4] = query[5];
    };
    expect(await verdictOn("musl", ownSocket)).toBe(1);
  });
});

describe("the race of Go's two goroutines", () => {
  const swapped = (row: Row): void => {
    const [first, second, ...rest] = row.queries as [Query, Query];
    const renumbered = [second, first].map((query, i) => query.with(4, i).with(5, i) as Query);
    row.queries = [...renumbered, ...rest];
  };

  it("may end either way; A and AAAA of glibc may not change places", async () => {
    expect(await verdictOn("go", swapped)).toBe(0);
    expect(await verdictOn("glibc", swapped)).toBe(1);
  });
});
