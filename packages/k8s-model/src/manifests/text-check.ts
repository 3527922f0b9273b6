import type { Diagnostic } from "./diagnostic.ts";
import { lineIndex } from "./line-index.ts";

/** An error where the text holds control characters, as binary or damaged files do. */
export function notText(file: string, text: string): Diagnostic | undefined {
  const offset = controlCharacter(text);
  if (offset === -1) return undefined;
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, "0");
  return {
    code: "not-text",
    severity: "error",
    message: `${file} is not a text file: it holds the control character U+${code}.`,
    remedy: "pass manifests as UTF-8 text in YAML or JSON",
    at: lineIndex(file, text).position(offset),
  };
}

function controlCharacter(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 && code !== TAB && code !== LINE_FEED && code !== CARRIAGE_RETURN) return at;
  }
  return -1;
}

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
