/**
 * Text with every character that would be invisible, would move the cursor or would reorder what a
 * reader sees written out as `⟨U+202E⟩`: C0 and C1 controls, bidirectional controls, byte-order
 * marks, non-characters and lone surrogates. Line feeds and tabs stay where `keepLines` is set and
 * become a space otherwise. What is left is legal in XML 1.0 and harmless in a terminal.
 */
export function visible(text: string, options: { readonly keepLines?: boolean } = {}): string {
  const lines = text.replace(/\r\n?/g, "\n");
  const kept = options.keepLines ? lines : lines.replace(/[\n\t]+/g, " ");
  return kept.replace(unseen, spellOut);
}

const unseen: RegExp =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

function spellOut(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** Text of at most `length` characters, its middle left out: pod names differ at their ends. */
export function shortened(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  const tail = length - 1 - head;
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - tail).join("")}`;
}
