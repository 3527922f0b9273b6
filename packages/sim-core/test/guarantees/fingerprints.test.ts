import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fingerprints } from "./cases.ts";
import { fingerprint } from "./fingerprint.ts";

// Compared here under the Node that runs the tests; `tools/determinism` runs the same cases in
// Chromium and other releases of Node, and is the only one to write the table.
const table: unknown = JSON.parse(
  readFileSync(new URL("./fingerprints.json", import.meta.url), "utf8"),
);

test("the engine gives the bits that the committed table promises", () => {
  expect(fingerprints()).toEqual(table);
});

test("the same cases give the same bits again", () => {
  expect(fingerprints()).toEqual(fingerprints());
});

test("a fingerprint sees the last bit of a number", () => {
  expect(fingerprint([0.1 + 0.2])).not.toBe(fingerprint([0.3]));
  expect(fingerprint([1, 2])).not.toBe(fingerprint([2, 1]));
  expect(fingerprint(Number.NaN)).not.toBe(fingerprint(Infinity));
  expect(fingerprint({ a: 1 })).toBe("8b9e4511175f43a3");
});
