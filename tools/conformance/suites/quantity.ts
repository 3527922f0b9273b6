import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
  quantityAsInt64,
  quantityMilliValue,
  quantitySign,
  quantityToNumber,
  quantityValue,
  roundUpQuantity,
  subtractQuantities,
} from "@k8s-netsim/k8s-model/api";
import { differences } from "../compare.ts";
import { judge, refused, type Suite } from "../suite.ts";

interface Input {
  readonly text: string;
  readonly other: string;
}

interface Output {
  readonly error: boolean;
  readonly approxFloat64?: string;
  readonly [field: string]: unknown;
}

export const quantity: Suite<Input, Output> = {
  name: "quantity",
  about: "resource.ParseQuantity and its methods; documented quirks may be refused",
  refusable: 0.03,
  run(input, output) {
    const ours = answer(input);
    if (!output.error && "refusal" in ours) return refused(ours.refusal);
    const { approxFloat64, ...rest } = output;
    if (!("value" in ours)) return judge(differences(rest, ours));
    const { approx, ...answered } = ours;
    return judge([...differences(rest, answered), ...floatDifference(approxFloat64, approx)]);
  },
};

type Answer =
  | { readonly error: true; readonly class: string }
  | { readonly error: true; readonly refusal: string }
  | { readonly error: false; readonly approx: number; readonly value: string };

function answer({ text, other }: Input): Answer {
  try {
    const a = parseQuantity(text);
    const b = parseQuantity(other);
    const canonical = formatQuantity(a);
    return {
      error: false,
      canonical,
      format: a.format,
      value: String(quantityValue(a)),
      milliValue: String(quantityMilliValue(a)),
      asInt64: quantityAsInt64(a)?.toString() ?? null,
      approx: quantityToNumber(a),
      sign: quantitySign(a),
      cmp: compareQuantities(a, b),
      add: formatQuantity(addQuantities(a, b)),
      sub: formatQuantity(subtractQuantities(a, b)),
      roundUpMilli: formatQuantity(roundUpQuantity(a, -3)),
      canonicalReparsedEqual: compareQuantities(parseQuantity(canonical), a) === 0,
    } as Answer;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    if (error.code === "quantity-out-of-range") {
      return { error: true, refusal: `${error.message} [${error.code}]` };
    }
    return { error: true, class: error.code.slice("quantity-".length) };
  }
}

/** The vectors give nine significant digits. */
function floatDifference(expected: string | undefined, actual: number): readonly string[] {
  if (expected === undefined || Number(actual.toPrecision(9)) === Number(expected)) return [];
  return [`approxFloat64: expected ${expected}, got ${actual}`];
}
