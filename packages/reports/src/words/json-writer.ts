/**
 * JSON with keys in plain `<` order, numbers that are not finite as `null`, and whatever fits on a
 * line of 100 columns on one line. Same value, same bytes.
 */
export function writeJson(value: unknown): string {
  return `${write(value, "")}\n`;
}

const width = 100;

function write(value: unknown, indent: string): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : "null";
  if (typeof value !== "object") return JSON.stringify(value) ?? "null";
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((item: unknown) => write(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => `${JSON.stringify(key)}: ${write(item, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return open + close;
  const line = `${open}${entries.join(", ")}${close}`;
  const isFlat = !entries.some((entry) => entry.includes("\n"));
  if (isFlat && indent.length + line.length <= width) return line;
  return `${open}\n${inner}${entries.join(`,\n${inner}`)}\n${indent}${close}`;
}
