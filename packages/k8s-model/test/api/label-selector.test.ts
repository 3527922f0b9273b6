import { fc, it } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  formatSelector,
  isEverything,
  type LabelSelector,
  LabelSelectorError,
  parseLabelSelector,
  selectorFromLabels,
  selectorFromObject,
  selectorMatches,
} from "../../src/api/index.ts";

const key = fc.constantFrom("app", "tier", "example.com/x", "in", "v");
const value = fc.constantFrom("", "web", "a", "5", "10", "x-y");
const labels = fc.dictionary(key, value);
const requirementText = fc.oneof(
  fc.tuple(key, fc.constantFrom("=", "==", "!="), value).map((parts) => parts.join("")),
  fc
    .tuple(key, fc.constantFrom(" in ", " notin "), fc.array(value, { minLength: 1 }))
    .map(([k, operator, values]) => `${k}${operator}(${values.join(",")})`),
  fc.tuple(fc.constantFrom("", "!"), key).map((parts) => parts.join("")),
  fc.tuple(key, fc.constantFrom(">", "<"), fc.nat(20)).map((parts) => parts.join("")),
);
const selectorText = fc.array(requirementText).map((parts) => parts.join(","));

describe("selector text", () => {
  it("reads equality, sets, existence and comparison, and orders them by key", () => {
    const selector = parseLabelSelector("tier in (b, a),!canary , app==web,size>3,env");
    expect(formatSelector(selector)).toBe("app==web,!canary,env,size>3,tier in (a,b)");
  });

  it.prop([selectorText])("prints a text that reads as the same selector", (text) => {
    const printed = formatSelector(parseLabelSelector(text));
    expect(formatSelector(parseLabelSelector(printed))).toBe(printed);
  });

  it.prop([selectorText, selectorText, labels])("joins by a comma into both", (a, b, set) => {
    fc.pre(a !== "" && b !== "");
    const both = selectorMatches(parseLabelSelector(`${a},${b}`), set);
    const each = [a, b].every((text) => selectorMatches(parseLabelSelector(text), set));
    expect(both).toBe(each);
  });

  it.each([
    ["a=b,", "Label selector: found the end where a label key should stand."],
    ["a=b c", 'Label selector: found "c" where "," should stand.'],
    [
      "!a=b",
      'Label selector: found "=" where "," or the end after a test for absence should stand.',
    ],
    ["a in (b", 'Label selector: found the end where ")" should stand.'],
    ["a in b", 'Label selector: found "b" where "(" should stand.'],
    ["a~b c", 'Label selector: found "c" where =, ==, !=, in, notin, > or < should stand.'],
    ["a>5.5", 'Selector for label "a": "5.5" is not an integer.'],
    ["/a=b", '"/a" cannot be a label key: the part before the slash is empty.'],
    ["a=-b", /"-b" cannot be a label value/],
  ])("refuses %j and says why", (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(LabelSelectorError);
    expect(() => parseLabelSelector(text)).toThrow(message);
  });
});

describe("matching", () => {
  it("lets != and notin match where the label is absent", () => {
    expect(selectorMatches(parseLabelSelector("a!=b,c notin (d)"), {})).toBe(true);
  });

  it("compares integers only", () => {
    const selector = parseLabelSelector("v>9");
    expect(selectorMatches(selector, { v: "10" })).toBe(true);
    expect(selectorMatches(selector, { v: "9" })).toBe(false);
    expect(selectorMatches(selector, { v: "many" })).toBe(false);
    expect(selectorMatches(selector, {})).toBe(false);
  });

  it("does not take inherited properties for labels", () => {
    expect(selectorMatches(parseLabelSelector("constructor"), {})).toBe(false);
    expect(selectorMatches(selectorFromLabels({ toString: "x" }), undefined)).toBe(false);
  });

  it.prop([labels, labels])("selects by a map where every label of it is equal", (wanted, set) => {
    const equal = Object.entries(wanted).every(([name, text]) => set[name] === text);
    expect(selectorMatches(selectorFromLabels(wanted), set)).toBe(equal);
  });
});

describe("object selectors", () => {
  it("select nothing when absent and everything when empty", () => {
    expect(selectorMatches(selectorFromObject(undefined), {})).toBe(false);
    expect(selectorMatches(selectorFromObject(null), {})).toBe(false);
    expect(isEverything(selectorFromObject({}))).toBe(true);
    expect(selectorMatches(selectorFromObject({}), { any: "thing" })).toBe(true);
  });

  it("need all of matchLabels and matchExpressions", () => {
    const selector = selectorFromObject({
      matchLabels: { app: "web" },
      matchExpressions: [{ key: "tier", operator: "In", values: ["a", "b"] }],
    });
    expect(selectorMatches(selector, { app: "web", tier: "b" })).toBe(true);
    expect(selectorMatches(selector, { app: "web", tier: "c" })).toBe(false);
  });

  it.each([
    [{ key: "a", operator: "Gt", values: ["1"] }, "label-selector-operator"],
    [{ key: "a", operator: "In", values: [] }, "label-selector-value"],
    [{ key: "a", operator: "Exists", values: ["b"] }, "label-selector-value"],
    [{ key: "a b", operator: "Exists" }, "label-selector-key"],
  ])("refuse %j with the code %s", (expression, code) => {
    const selector = { matchExpressions: [expression] } as unknown as LabelSelector;
    expect(() => selectorFromObject(selector)).toThrow(expect.objectContaining({ code }));
  });
});
