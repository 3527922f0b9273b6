/** A scalar of a YAML file as kubectl's reader takes it. */
export type YamlScalar =
  | { readonly value: string | number | boolean | null; readonly literal?: string }
  | { readonly notJson: string };

const TRUE = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const FALSE = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
const NULL = new Set(["", "~", "null", "Null", "NULL"]);
const NOT_JSON = /^(?:\.(?:nan|NaN|NAN)|[-+]?\.(?:inf|Inf|INF))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const DATE = /^\d{4}-\d/;

/**
 * What an unquoted scalar means to kubectl, which reads YAML 1.1 with Go's integer rules:
 * `yes`, `on`, `y` are true, `0644` and `0o644` octal, `0x1F` hexadecimal, `0b11` binary,
 * `1_000` a thousand, `80.0` the integer 80; dates stay text. `literal` is the number as kubectl
 * would send it, given where JavaScript's number does not hold it exactly.
 *
 * Source: resolve.go of the YAML reader in kubernetes-sigs/yaml (goyaml.v2).
 */
export function resolvePlainScalar(source: string): YamlScalar {
  const first = source.charCodeAt(0);
  const maybeNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!maybeNumber) {
    if (NULL.has(source)) return { value: null };
    if (TRUE.has(source)) return { value: true };
    if (FALSE.has(source)) return { value: false };
    return { value: source };
  }
  if (NOT_JSON.test(source)) return { notJson: source };
  if (first === 46) return FLOAT.test(source) ? float(source) : { value: source };
  if (DATE.test(source)) return { value: source };
  const plain = source.replaceAll("_", "");
  return integer(plain) ?? (FLOAT.test(plain) ? float(plain) : { value: source });
}

function float(text: string): YamlScalar {
  const value = Number(text);
  return Number.isFinite(value) ? { value: value === 0 ? 0 : value } : { value: text };
}

const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;

function integer(text: string): YamlScalar | undefined {
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const digits =
    hex !== undefined
      ? `0x${hex}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : (decimal as string);
  const magnitude = Number(digits);
  const value = sign === "-" && magnitude !== 0 ? -magnitude : magnitude;
  if (Number.isSafeInteger(value)) return { value };
  if (digits.length > MAX_DIGITS) return { value: text };
  return { value, literal: `${sign === "-" ? "-" : ""}${BigInt(digits)}` };
}

/** Longer integers are kept as text: no field of Kubernetes holds one. */
const MAX_DIGITS = 400;
