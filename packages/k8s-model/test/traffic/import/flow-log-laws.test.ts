import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readManifests } from "../../../src/manifests/index.ts";
import { addressBook, awsFlowLog, FlowLogImport } from "../../../src/traffic/import/index.ts";

const dump = new URL("../../fixtures/traffic-exports/dump.json", import.meta.url);
const { objects } = readManifests([{ file: "dump.json", text: readFileSync(dump, "utf8") }]);
const book = addressBook(objects);

/** Pods of web and cart, one of each in both zones. */
const WEB = ["10.0.0.20", "10.0.1.21"] as const;
const CART = ["10.0.0.40", "10.0.1.41"] as const;
const SECONDS = 600;

const call = fc.record({
  web: fc.constantFrom(0, 1),
  cart: fc.constantFrom(0, 1),
  port: fc.integer({ min: 32_768, max: 60_999 }),
  asked: fc.integer({ min: 0, max: 1e9 }),
  answered: fc.integer({ min: 0, max: 1e9 }),
  /** Interfaces at which the flow was recorded: its own, the other's, or both. */
  seenBy: fc.constantFrom("both", "web", "cart"),
  at: fc.integer({ min: 0, max: SECONDS - 60 }),
});

test("bytes count once each, whichever ends recorded them and in whatever order", () => {
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 30 }), fc.integer(), (calls, seed) => {
      // One pair of pods is recorded alike throughout: interfaces are logged or they are not.
      const seen = new Map(calls.map(({ web, cart, seenBy }) => [`${web}${cart}`, seenBy]));
      const lines = calls.flatMap(({ web, cart, port, asked, answered, at }) => {
        const [client, server] = [WEB[web], CART[cart]];
        const where = seen.get(`${web}${cart}`);
        const observers = where === "both" ? ["eni-web", "eni-cart"] : [`eni-${where}`];
        const times = `${1_790_000_000 + at} ${1_790_000_060 + at} ACCEPT OK`;
        return observers.flatMap((eni) => [
          `2 1 ${eni}${web}${cart} ${client} ${server} ${port} 7070 6 9 ${asked} ${times}`,
          `2 1 ${eni}${web}${cart} ${server} ${client} 7070 ${port} 6 9 ${answered} ${times}`,
        ]);
      });
      const log = new FlowLogImport(book, awsFlowLog());
      const shuffled = lines
        .map((line, index) => ({ line, key: (index * 7_919 + seed) % 104_729 }))
        .sort((a, b) => a.key - b.key);
      for (const [index, { line }] of shuffled.entries()) log.line(line, "log", index + 1);
      const { edges, measures, diagnostics } = log.finish();
      expect(diagnostics).toEqual([]);
      const times = calls.map(({ at }) => at);
      const seconds = Math.max(...times) + 60 - Math.min(...times);
      const sum = (amount: (one: (typeof calls)[number]) => number): number =>
        calls.reduce((so, one) => so + amount(one), 0) / seconds;
      const [edge, ...others] = edges;
      expect(others).toEqual([]);
      expect(edge?.requestBytesPerSecond).toBeCloseTo(
        sum(({ asked }) => asked),
        3,
      );
      expect(edge?.responseBytesPerSecond).toBeCloseTo(
        sum(({ answered }) => answered),
        3,
      );
      const crossing = sum(({ web, cart, asked, answered }) =>
        web === cart ? 0 : asked + answered,
      );
      expect(measures[0]).toMatchObject({ measure: "crossZoneBytes", scope: "all" });
      expect(measures[0]?.value).toBeCloseTo(crossing, 3);
    }),
  );
});
