import { hashText } from "./hash.ts";

const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** Text of a number in the letters that Kubernetes uses for generated names (no vowels). */
export function safeEncode(value: number, length: number): string {
  let rest = value >>> 0;
  let text = "";
  for (let index = 0; index < length; index++) {
    text += ALPHABET[rest % ALPHABET.length];
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");

/** A uid in the form of a UUID, fixed by what it is made from. */
export function uidOf(source: string): string {
  const a = hex(hashText(source));
  const b = hex(hashText(source, 0x01234567));
  const c = hex(hashText(source, 0x89abcdef));
  const d = hex(hashText(source, 0x13579bdf));
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
}
