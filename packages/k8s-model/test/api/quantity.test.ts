import { fc, it } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
  quantityAsInt64,
  quantityMilliValue,
  quantityToNumber,
  quantityValue,
  roundUpQuantity,
  subtractQuantities,
  tryParseQuantity,
} from "../../src/api/index.ts";

const suffix = fc.constantFrom("", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-3");
const text = fc
  .tuple(fc.constantFrom("", "-", "+"), fc.nat(999_999), fc.option(fc.nat(999)), suffix)
  .map(
    ([sign, whole, fraction, end]) =>
      `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${end}`,
  );

describe("parsing", () => {
  it.each([
    ["100m", "100m", "DecimalSI"],
    ["0.1", "100m", "DecimalSI"],
    ["1.5Gi", "1536Mi", "BinarySI"],
    ["2048Mi", "2Gi", "BinarySI"],
    ["1000000", "1M", "DecimalSI"],
    ["1e6", "1e6", "DecimalExponent"],
    ["1E", "1E", "DecimalSI"],
    ["0.5Ki", "512", "BinarySI"],
    ["+1", "+1", "DecimalSI"],
  ])("reads %s and prints %s", (given, canonical, format) => {
    const quantity = parseQuantity(given);
    expect(formatQuantity(quantity)).toBe(canonical);
    expect(quantity.format).toBe(format);
  });

  it("takes a plain number as YAML gives it", () => {
    expect(formatQuantity(parseQuantity(2))).toBe("2");
    expect(quantityMilliValue(parseQuantity(0.25))).toBe(250n);
  });

  it("rounds what is finer than a billionth up to it", () => {
    expect(formatQuantity(parseQuantity("0.0000000001"))).toBe("1n");
  });

  it("caps values with a binary suffix at the largest 64-bit integer", () => {
    expect(quantityValue(parseQuantity("8Ei"))).toBe(2n ** 63n - 1n);
  });

  it.each([
    ["", "quantity-format"],
    ["1 ", "quantity-format"],
    ["1.2.3", "quantity-format"],
    ["1e3.5", "quantity-format"],
    ["1K", "quantity-suffix"],
    ["1e", "quantity-suffix"],
    ["Ei", "quantity-numeric"],
    ["1e2000000000Ki", "quantity-format"],
  ])("refuses %j with the code %s", (given, code) => {
    expect(tryParseQuantity(given)).toBeUndefined();
    expect(() => parseQuantity(given)).toThrow(QuantityError);
    expect(() => parseQuantity(given)).toThrow(expect.objectContaining({ code }));
  });

  it("says what is wrong and what would mend it", () => {
    expect(() => parseQuantity("512mb")).toThrow(
      expect.objectContaining({
        message: '"512mb" is not a quantity.',
        remedy: "write a number with an optional suffix, such as 500m, 2, 1.5Gi or 1e3",
      }),
    );
  });

  it("refuses to add what is astronomically far apart instead of filling the memory", () => {
    const far = parseQuantity("1e2000000000");
    expect(() => addQuantities(far, parseQuantity("1"))).toThrow(
      expect.objectContaining({ code: "quantity-out-of-range" }),
    );
  });

  it.prop([text])("prints a text that reads as the same amount", (given) => {
    const quantity = parseQuantity(given);
    const again = parseQuantity(formatQuantity(quantity));
    expect(compareQuantities(again, quantity)).toBe(0);
  });

  // Half a kibibyte has no binary suffix, is printed as a plain number and read as a decimal one:
  // 350687.5Ki is printed as 359104000, and that as 359104k.
  it.prop([text])(
    "prints sums in a form that stays once it was read and printed again",
    (given) => {
      const sum = addQuantities(parseQuantity(given), parseQuantity("0"));
      const printed = formatQuantity(parseQuantity(formatQuantity(sum)));
      expect(formatQuantity(parseQuantity(printed))).toBe(printed);
    },
  );
});

describe("arithmetic", () => {
  it.prop([text, text])("adds in either order to the same amount", (a, b) => {
    const [x, y] = [parseQuantity(a), parseQuantity(b)];
    expect(compareQuantities(addQuantities(x, y), addQuantities(y, x))).toBe(0);
  });

  it.prop([text, text])("takes away what was added", (a, b) => {
    const [x, y] = [parseQuantity(a), parseQuantity(b)];
    expect(compareQuantities(subtractQuantities(addQuantities(x, y), y), x)).toBe(0);
  });

  it.prop([text, text])("compares as the numbers do", (a, b) => {
    const [x, y] = [parseQuantity(a), parseQuantity(b)];
    const difference = quantityToNumber(x) - quantityToNumber(y);
    fc.pre(Math.abs(difference) > 1e-3);
    expect(compareQuantities(x, y)).toBe(difference < 0 ? -1 : 1);
    expect(compareQuantities(y, x)).toBe(difference < 0 ? 1 : -1);
  });

  it("keeps the format of the first, or of the second when the first is zero", () => {
    const [zero, gibi, kilo] = ["0", "1Gi", "1k"].map(parseQuantity) as [never, never, never];
    expect(formatQuantity(addQuantities(gibi, gibi))).toBe("2Gi");
    expect(formatQuantity(addQuantities(zero, gibi))).toBe("1Gi");
    expect(formatQuantity(addQuantities(kilo, gibi))).toBe("1073742824");
  });
});

describe("values", () => {
  it("rounds away from zero", () => {
    expect(quantityValue(parseQuantity("1.5"))).toBe(2n);
    expect(quantityValue(parseQuantity("-1.5"))).toBe(-2n);
    expect(quantityMilliValue(parseQuantity("1u"))).toBe(1n);
    expect(formatQuantity(roundUpQuantity(parseQuantity("1.0001m"), -3))).toBe("2m");
  });

  it("answers beyond 64 bits as the API machinery does", () => {
    expect(quantityValue(parseQuantity("10E"))).toBe(0n);
    expect(quantityMilliValue(parseQuantity("1Ei"))).toBe(-(2n ** 63n));
    expect(quantityValue(parseQuantity("-53.57777Gi"))).toBe(-2188460263n);
  });

  it("has an exact integer only where the API machinery holds one", () => {
    expect(quantityAsInt64(parseQuantity("4Gi"))).toBe(4294967296n);
    expect(quantityAsInt64(parseQuantity("1.0"))).toBeUndefined();
    expect(quantityAsInt64(parseQuantity("1Pi"))).toBeUndefined();
  });
});
