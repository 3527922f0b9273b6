import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRequestBody } from "../../../src/api/schema/request-body.ts";

describe("a request body", () => {
  test("keeps how numbers were written and which fields repeat", () => {
    const body = readRequestBody('{"a":{"b":[1, 80.0, 1e2]},"c":1,"c":2,"a":{"d":-0}}');
    expect(body?.value).toEqual({ a: { d: -0 }, c: 2 });
    expect(body?.literal(["a", "b", 1])).toBe("80.0");
    expect(body?.literal(["a", "b", 2])).toBe("1e2");
    expect(body?.literal(["a", "b", 0])).toBeUndefined();
    expect(body?.duplicates).toEqual(["c", "a"]);
  });

  test("takes a key named __proto__ for a key like any other", () => {
    const value = readRequestBody('{"__proto__":{"x":1}}')?.value as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect("x" in value).toBe(false);
  });

  test.each([
    "",
    "{",
    "[1,]",
    '{"a":1,}',
    '{"a" 1}',
    "{} x",
    "'a'",
    "01",
    "[1 2]",
    '"\u0001"',
    "{a:1}",
  ])("%j is not JSON", (text) => {
    expect(readRequestBody(text)).toBeUndefined();
  });

  test("nesting without end is refused, not followed", () => {
    expect(readRequestBody("[".repeat(100_000))).toBeUndefined();
  });

  test("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(readRequestBody(text)?.value).toEqual(JSON.parse(text));
      }),
    );
  });
});
