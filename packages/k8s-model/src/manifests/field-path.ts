/** Steps from an object to one of its fields; a number indexes a list. */
export type FieldPath = readonly (string | number)[];

/**
 * Reads a field path as the API server writes it: `spec.ports[0].name`,
 * `metadata.labels[app.kubernetes.io/name]`. A backslash before a dot keeps the dot in the name.
 * Text in brackets that is not a number is the key of a map. Never throws: an unclosed bracket
 * takes the rest.
 */
export function parseFieldPath(text: string): FieldPath {
  const path: (string | number)[] = [];
  let name = "";
  let at = 0;
  const push = () => {
    if (name !== "") path.push(name);
    name = "";
  };
  while (at < text.length) {
    const character = text[at] as string;
    if (character === "\\" && at + 1 < text.length) {
      name += text[at + 1];
      at += 2;
    } else if (character === ".") {
      push();
      at += 1;
    } else if (character === "[") {
      push();
      const close = text.indexOf("]", at);
      const end = close === -1 ? text.length : close;
      path.push(bracketStep(text.slice(at + 1, end)));
      at = end + 1;
    } else {
      name += character;
      at += 1;
    }
  }
  push();
  return path;
}

function bracketStep(inside: string): string | number {
  if (/^\d{1,9}$/.test(inside)) return Number(inside);
  const quoted = /^"(.*)"$/.exec(inside);
  return quoted?.[1] ?? inside;
}

/** The path as the API server writes it, the inverse of {@link parseFieldPath} for field names. */
export function formatFieldPath(path: FieldPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/[.[\]/]/.test(step)) text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** The value at the path, or undefined; only own properties count. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) return undefined;
    if (!Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
