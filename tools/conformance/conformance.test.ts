import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readJson } from "./json-reader.ts";
import { runConformance } from "./runner.ts";
import { SUITES } from "./suites/index.ts";

const fixtures = new URL("../../packages/k8s-model/test/fixtures/", import.meta.url);

/** One record a line, or what was measured in the lab: one object with all records. */
function fixtureOf(name: string): URL {
  const lines = new URL(`${name}.jsonl`, fixtures);
  return existsSync(lines) ? lines : new URL(`dataplane/${name}.json`, fixtures);
}

describe("the model agrees with vectors recorded from Kubernetes 1.36", () => {
  const present = SUITES.filter(({ name }) => existsSync(fixtureOf(name)));

  it.each(present.map(({ name }) => name))("%s", async (name) => {
    const out: string[] = [];
    const code = await runConformance([name, "fixture"], SUITES, {
      read: () => readFileSync(fixtureOf(name), "utf8"),
      out: (text) => out.push(text),
      err: (text) => out.push(text),
    });
    expect(code, out.join("")).toBe(0);
  });

  it("has fixtures for the suites of this room", () => {
    const names = present.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["quantity", "label_selector", "scheduler_placement", "resolver"]),
    );
  });
});

describe("a wrong answer is found", () => {
  it.each(["quantity", "label_selector", "scheduler_placement"])(
    "%s fails on a record whose output was altered",
    async (name) => {
      const line = readFileSync(fixtureOf(name), "utf8")
        .split("\n")
        .find(
          (one) => one.includes('"cmp"') || one.includes('"matches"') || one.includes('"total"'),
        );
      const record = readJson(line ?? "").value as { output: Record<string, unknown> };
      for (const field of ["cmp", "string", "total"]) {
        if (field in record.output) record.output[field] = "something else";
      }
      const out: string[] = [];
      const code = await runConformance([name, "altered"], SUITES, {
        read: () => JSON.stringify(record),
        out: (text) => out.push(text),
        err: (text) => out.push(text),
      });
      expect(code).toBe(1);
      expect(out.at(-1)).toBe("0 passed, 1 failed, 0 refused, 0 not comparable\n");
    },
  );
});
