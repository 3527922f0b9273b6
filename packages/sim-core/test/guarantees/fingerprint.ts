/**
 * A digest of plain data, 64 bits as hex. Numbers are digested through their shortest decimal form,
 * which tells any two doubles apart, so equal digests mean equal bits.
 */
export function fingerprint(data: unknown): string {
  const text = JSON.stringify(data, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return hex(a) + hex(b ^ text.length);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
