const NEGATIVE_VARINT_BYTES = 10;

/** Bytes of a protobuf varint: seven bits each; negative numbers are extended to 64 bits. */
export function varintBytes(value: number): number {
  if (value < 0) return NEGATIVE_VARINT_BYTES;
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Bytes of a field's tag: its number and three bits of wire type. */
export function tagBytes(fieldNumber: number): number {
  return varintBytes(fieldNumber * 8);
}

/** Bytes of a length-delimited field of one tag byte (numbers below 16). */
export function delimitedBytes(length: number, tag = 1): number {
  return tag + varintBytes(length) + length;
}
