import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { asked } from "./asked.ts";
import { Congestion } from "./congestion.ts";
import {
  classOf,
  durationNs,
  type MeasuredRun,
  type PodEvent,
  readRuns,
  UnusableRuns,
} from "./measured-run.ts";
import { MEASURED_LOOPBACK_4CORE } from "./parameters.ts";
import { replays } from "./replay.ts";
import { validate } from "./validate.ts";
import { workBegins } from "./work-begins.ts";

const FIXTURE = fileURLToPath(new URL("./fixtures/p100-n100-surge1-qps20.json", import.meta.url));

function validated(paths: readonly string[]): { text: string; outside: number } {
  const out: string[] = [];
  const { outside } = validate(paths, (text) => out.push(text));
  return { text: out.join(""), outside };
}

/** The fixture with its first phase altered. */
function altered(alter: (run: MeasuredRun) => object): string {
  const run = JSON.parse(readFileSync(FIXTURE, "utf8")) as MeasuredRun;
  const file = join(mkdtempSync(join(tmpdir(), "measured-")), "run.json");
  writeFileSync(file, JSON.stringify(alter(run)));
  return file;
}

describe("a replay of a measured control plane", () => {
  it("meets a small run in every phase and says so in its last line", () => {
    const { text, outside } = validated([FIXTURE]);
    expect(outside).toBe(0);
    expect(text.trimEnd().split("\n").at(-1)).toBe("4 phases inside, 0 outside");
  });

  it("finds a run outside that did something else", () => {
    const file = altered((run) => {
      const [create, ...others] = run.phases;
      const counts = { ADDED: 1, MODIFIED: 40 };
      const slices = { ...create?.endpointslices_protobuf, counts };
      return { ...run, phases: [{ ...create, endpointslices_protobuf: slices }, ...others] };
    });
    const { text, outside } = validated([file]);
    expect(outside).toBe(1);
    expect(text).toContain("- outside: create, slice events: measured 41, simulated ");
  });

  it("is the same every time", () => {
    const [run] = readRuns([FIXTURE]);
    if (run === undefined) throw new Error("The fixture holds one run.");
    const twice = [1, 2].map(() => replays(run, MEASURED_LOOPBACK_4CORE, 2));
    expect(twice[0]).toEqual(twice[1]);
  });

  it("begins the work of a pod event no later than its client saw it done", () => {
    for (const run of readRuns([FIXTURE])) {
      for (const phase of run.phases) {
        const begins = workBegins(phase, run, MEASURED_LOOPBACK_4CORE);
        const late = begins.filter(
          (ns, index) => ns > (phase.podEvents[index]?.[0] ?? 0) * 1e6 + 1,
        );
        expect(begins).toHaveLength(phase.podEvents.length);
        expect(late).toEqual([]);
      }
    }
  });

  it("knows when the client asked: a pod's start delay is its own in every run", () => {
    const [run] = readRuns([FIXTURE]);
    if (run === undefined) throw new Error("The fixture holds one run.");
    for (const phase of run.phases) {
      const waitsMs = asked(phase, run).flatMap((ns, index) =>
        ns === undefined ? [] : [(phase.podEvents[index]?.[0] ?? 0) - ns / 1e6],
      );
      // An idle machine answers within milliseconds, and never before it was asked.
      expect(waitsMs.filter((ms) => ms < 0 || ms > 70)).toEqual([]);
    }
  });

  it("holds requests up while removals are known to wait, at the pace of what is answered", () => {
    const [run] = readRuns([FIXTURE]);
    const [create] = run?.phases ?? [];
    if (run === undefined || create === undefined) throw new Error("The fixture holds one run.");
    const podEvents: PodEvent[] = [
      [0, "terminating", 1],
      [1_100, "ready", 2],
      [1_200, "ready", 3],
      [1_300, "ready", 4],
      [1_900, "removed", 1],
    ];
    const congestion = new Congestion({ ...create, podEvents }, run, 20e6);
    const wait = (ms: number, others: number): number => congestion.waitNs(ms * 1e6, others) / 1e6;
    expect([wait(500, 0), wait(1_050, 0), wait(1_050, 2), wait(1_150, 9), wait(1_881, 0)]).toEqual([
      0, 50, 250, 730, 0,
    ]);
  });

  it("judges by the words of a name, the first that matches", () => {
    expect(classOf("p500-n500-qps20-fan1000")).toBe("machine");
    expect(classOf("p1000-n1000-qps20-batch1s")).toBe("batch");
    expect(classOf("p500-n100-qps20")).toBe("limit");
    expect(classOf("p500-n100-qps200")).toBe("machine");
    expect(classOf("p500-n500-qps300")).toBe("machine");
  });

  it("reads durations as Go writes them", () => {
    expect(durationNs("0s")).toBe(0);
    expect(durationNs("1m0.5s")).toBe(60_500_000_000);
    expect(durationNs("500ms")).toBe(500_000_000);
  });

  it("says what to do where nothing was measured", () => {
    expect(() => readRuns(["nowhere/at-all"])).toThrow(UnusableRuns);
    expect(() => readRuns(["nowhere/at-all"])).toThrow(
      "nowhere/at-all: not there. Name a folder or files with measured runs: " +
        "npm run validate:control-plane -- DIR",
    );
    expect(() => readRuns([altered(() => ({ rows: [] }))])).toThrow(/^No measured run in /);
  });
});
