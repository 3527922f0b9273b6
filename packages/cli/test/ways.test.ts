import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, inFolder, type Outcome, SHOP } from "./run-command.ts";

const SHORT = ["--replications", "2", "--length", "2s", "--warm-up", "0s", "--rate", "entry=50/s"];

function ask(...more: readonly string[]): Promise<Outcome> {
  return inFolder({ "shop.yaml": SHOP }, (folder) =>
    command("what-if", "-f", join(folder, "shop.yaml"), ...SHORT, ...more),
  );
}

interface Answer {
  readonly estimates: readonly {
    readonly measure: string;
    readonly scope: string;
    readonly estimate: { readonly value: number };
  }[];
  readonly assumptions: readonly { readonly name: string; readonly value: string }[];
}

async function assumed(...more: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { assumptions } = JSON.parse((await ask("--json", ...more)).out) as Answer;
  return new Map(assumptions.map(({ name, value }) => [name, value]));
}

describe("names, links and probes of what-if", () => {
  test("what is simulated besides stands among the assumptions", async () => {
    const found = await assumed(
      ...["--dns", "library=musl,ndots=2,node-local-cache=yes", "--conntrack-max", "1000"],
      ...["--round-trip", "same-zone=300us", "--probes-under-load"],
    );
    expect(found.get("DNS")).toContain("nodeLocalCache true, library musl, ndots 2");
    expect(found.get("round trip, same zone")).toBe("300µs");
    expect(found.has("time of a worker that answering a probe takes")).toBe(true);
    expect((await assumed()).has("DNS")).toBe(false);
  });

  test.each([
    ["--dns", "ndots", "bad-option-value"],
    ["--dns", "library=bsd", "bad-option-value"],
    ["--dns", "constructor=1", "bad-option-value"],
    ["--link-bandwidth", "fast", "bad-bandwidth"],
    ["--link-bandwidth", "0Gbit", "bad-bandwidth"],
    ["--link-bandwidth", "x->y=1Gbit", "unknown-zone"],
    ["--round-trip", "far=1ms", "bad-option-value"],
    ["--round-trip", "same-zone=0s", "bad-option-value"],
    ["--conntrack-max", "0", "bad-option-value"],
  ])("%s %s is refused with a remedy, told once", async (option, value, code) => {
    const { code: exit, err } = await ask(option, value);
    expect(exit).toBe(2);
    expect(err).toContain(`[${code}]`);
    expect(err.split("Fix: ").length).toBe(2);
  });

  test("the interfaces of nodes are felt where they are narrow", async () => {
    const p99 = async (...more: readonly string[]): Promise<number> => {
      const { estimates } = JSON.parse((await ask("--json", ...more)).out) as Answer;
      const found = estimates.find(
        ({ measure, scope }) => measure === "latencyP99" && scope === "all",
      );
      return found?.estimate.value ?? Number.NaN;
    };
    // Each answer of 10 kB takes 80 ms.
    expect((await p99("--link-bandwidth", "node=1Mbit")) - (await p99())).toBeGreaterThan(60e6);
  });
});
