import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fsum } from "d3-array";
import { quantileSorted, sampleCovariance, sampleVariance } from "simple-statistics";
import { expect, test } from "vitest";
import { libraryFunctions } from "../../src/stats/library-functions.ts";

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));
const VALUES = [0.1, 0.7, -1e-9, 1e9, 3.3, 0.30000000000000004, 5e-324];

test("the list of library functions is what the sources import, no more and no less", () => {
  for (const [library, listed] of Object.entries(libraryFunctions)) {
    expect(importedNames(library)).toEqual([...listed]);
  }
});

test("fsum is correctly rounded", () => {
  expect(fsum([1e308, 1, -1e308, 1e-308])).toBe(1);
  expect(fsum([0.1, 0.2, 0.3])).toBe(0.6);
  expect(fsum(VALUES)).toBe(1000000004.4);
});

test("sampleVariance and sampleCovariance give these exact bits", () => {
  expect(sampleVariance(VALUES)).toBe(142857142647619020);
  expect(sampleVariance([1, 2, 3, 4])).toBe(5 / 3);
  expect(sampleCovariance([1, 2, 3, 6], [1, 4, 9, 2])).toBe(0);
  expect(sampleCovariance(VALUES, [...VALUES].reverse())).toBe(142857142647619060);
});

test("quantileSorted interpolates linearly with these exact bits", () => {
  const ascending = [...VALUES].sort((a, b) => a - b);
  expect([0, 0.1, 0.5, 0.99, 1].map((p) => quantileSorted(ascending, p))).toEqual([
    -1e-9, -3.9999999999999996e-10, 0.30000000000000004, 940000000.1979995, 1e9,
  ]);
});

/** Names imported from a library by any source file, in ascending order. */
function importedNames(library: string): string[] {
  const names = new Set<string>();
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(`${SOURCES}/${file}`, "utf8");
    const imports = text.matchAll(/import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"([^"]+)"/g);
    for (const [, list = "", from] of imports) {
      if (from !== library) continue;
      for (const name of list.split(",")) if (name.trim() !== "") names.add(name.trim());
    }
  }
  return [...names].sort((a, b) => (a < b ? -1 : 1));
}
