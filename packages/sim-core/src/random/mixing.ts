/** Spreads the bits of a 32-bit word over all of it. */
export function spread(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}

/** A 32-bit digest of a text. */
export function digest(text: string): number {
  let h = text.length;
  for (let i = 0; i < text.length; i++) h = spread(h ^ text.charCodeAt(i)) + 0x9e3779b9;
  return h | 0;
}
