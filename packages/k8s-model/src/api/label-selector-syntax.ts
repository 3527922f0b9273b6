const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Why a text cannot be the key of a label, or undefined where it can: `[prefix/]name`. */
export function labelKeyProblem(key: string): string | undefined {
  const parts = key.split("/");
  if (parts.length > 2) return "a label key has at most one slash";
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === "") return "the part before the slash is empty";
  if (prefix !== undefined && prefix.length > 253)
    return "the prefix is longer than 253 characters";
  if (prefix !== undefined && !SUBDOMAIN.test(prefix)) return "the prefix is not a DNS subdomain";
  if (name === "") return "the name is empty";
  if (name.length > 63) return "the name is longer than 63 characters";
  return NAME.test(name)
    ? undefined
    : "the name must start and end with a letter or digit, with only -, _, . and those between";
}

/** Why a text cannot be the value of a label, or undefined where it can; the empty text can. */
export function labelValueProblem(value: string): string | undefined {
  if (value === "") return undefined;
  if (value.length > 63) return "the value is longer than 63 characters";
  return NAME.test(value)
    ? undefined
    : "the value must start and end with a letter or digit, with only -, _, . and those between";
}
