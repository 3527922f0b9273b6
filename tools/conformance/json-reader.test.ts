import { fc, it } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { JsonSyntaxError, readJson } from "./json-reader.ts";

describe("reading JSON", () => {
  it.prop([fc.jsonValue()])("gives what JSON.parse gives", (value) => {
    const text = JSON.stringify(value);
    expect(JSON.stringify(readJson(text).value)).toBe(JSON.stringify(JSON.parse(text)));
  });

  it("keeps the digits of numbers within reach", () => {
    const document = readJson('{"manifest": {"port": 80.0, "replicas": 1e2}, "list": [1.50]}');
    const { manifest, list } = document.value as { manifest: object; list: object };
    expect(document.textOf(manifest)).toBe('{"port": 80.0, "replicas": 1e2}');
    expect(document.textOf(list)).toBe("[1.50]");
  });

  it("takes __proto__ for a key like any other", () => {
    const value = readJson('{"__proto__": {"polluted": true}}').value as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ["", 0],
    ["{", 1],
    ["[1,]", 3],
    ['{"a" 1}', 5],
    ["01", 1],
    ['"\n"', 0],
    ["nul", 0],
    ["1 2", 2],
  ])("refuses %j and says where", (text, offset) => {
    expect(() => readJson(text)).toThrow(JsonSyntaxError);
    try {
      readJson(text);
    } catch (error) {
      expect((error as JsonSyntaxError).offset).toBe(offset);
    }
  });

  it("refuses nesting without end instead of overflowing the stack", () => {
    expect(() => readJson("[".repeat(100_000))).toThrow("nesting of at most 1000");
  });
});
