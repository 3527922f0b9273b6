import { describe, expect, it } from "vitest";
import { shortened, visible } from "../../src/words/visible.ts";

describe("visible", () => {
  it("writes out control characters, bidirectional controls and lone surrogates", () => {
    expect(visible("a\u0000b\u001b[2Jc\u202ed\ud800e\u0085f")).toBe(
      "a⟨U+0000⟩b⟨U+001B⟩[2Jc⟨U+202E⟩d⟨U+D800⟩e⟨U+0085⟩f",
    );
  });

  it("leaves letters of every script and emoji alone", () => {
    const text = "שלום مرحبا 你好 café 👩‍💻";
    expect(visible(text)).toBe(text);
  });

  it("makes one line of many unless lines are to be kept", () => {
    expect(visible("a\r\nb\tc")).toBe("a b c");
    expect(visible("a\r\nb\tc", { keepLines: true })).toBe("a\nb\tc");
  });
});

describe("shortened", () => {
  it("leaves out the middle, because names of pods differ at their ends", () => {
    expect(shortened("recommendationservice-7d9f8b6c5-x2x4z", 16)).toBe("recommen…5-x2x4z");
  });

  it("keeps text that fits", () => {
    expect(shortened("web", 3)).toBe("web");
  });
});
