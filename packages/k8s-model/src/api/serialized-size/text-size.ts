/** Bytes of a value in the two encodings of the API server. */
export interface EncodedBytes {
  readonly protobuf: number;
  readonly json: number;
}

const REPLACEMENT_BYTES = 3;

/**
 * Bytes of a text: `protobuf` in UTF-8, `json` as Go's encoder writes it with its quotes.
 *
 * That encoder escapes `<`, `>` and `&` for HTML, and U+2028 and U+2029. Half of a surrogate pair
 * never reaches it: Go's decoder has made it U+FFFD, three bytes in both.
 */
export function textBytes(text: string): EncodedBytes {
  const { length } = text;
  let utf8 = length;
  let escapes = 0;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      escapes += asciiEscape(unit);
    } else if (unit < 0x800) {
      utf8 += 1;
    } else if (isPairAt(text, index, unit)) {
      // Two units, four bytes.
      utf8 += 2;
      index++;
    } else {
      utf8 += REPLACEMENT_BYTES - 1;
      // Three bytes become the six of an escape.
      if (unit === 0x2028 || unit === 0x2029) escapes += 3;
    }
  }
  return { protobuf: utf8, json: utf8 + escapes + 2 };
}

/** How many bytes the escape of an ASCII character takes beyond its own. */
function asciiEscape(unit: number): number {
  if (unit >= 0x20) {
    if (unit === 0x22 || unit === 0x5c) return 1;
    return unit === 0x3c || unit === 0x3e || unit === 0x26 ? 5 : 0;
  }
  // \b \t \n \f \r have short forms.
  return unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 1 : 5;
}

function isPairAt(text: string, index: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdbff) return false;
  const next = text.charCodeAt(index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}
