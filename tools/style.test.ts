import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const notOurs = new Set(["node_modules", "dist", "out", "coverage", "fixtures", ".git", ".cache"]);

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !notOurs.has(entry.name))
    .flatMap((entry) =>
      entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
    );
}

const files = walk(root).map((file) => relative(root, file).split(sep).join("/"));
const code = files.filter((file) => /\.(ts|mjs)$/.test(file));
const sources = code.filter((file) => /^packages\/[^/]+\/src\//.test(file));
/** Runs in a browser and in simulated time: no clock, chance, locale or Node but what it is given. */
const portable = sources.filter(
  (file) =>
    /^packages\/(sim-core|k8s-model)\//.test(file) &&
    !/^packages\/sim-core\/src\/node\//.test(file),
);

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Lines with comments and the text of strings blanked, so that only code is judged. */
function codeLines(file: string): string[] {
  const blank = (text: string) => text.replace(/[^\n]/g, " ");
  return read(file)
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (part) =>
      part.startsWith('"') || part.startsWith("'") ? `""${blank(part.slice(2))}` : blank(part),
    )
    .split("\n");
}

function places(list: readonly string[], pattern: RegExp, lines = codeLines): string[] {
  return list.flatMap((file) =>
    lines(file).flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
}

describe("style", () => {
  it("sees the sources that it judges", () => {
    expect(portable.length).toBeGreaterThan(10);
    expect(code).toContain("tools/style.test.ts");
  });

  it("names files in kebab-case", () => {
    const kebab =
      /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*(\.(test|test-d|bench|d|config))?\.(ts|mjs)$/;
    expect(code.filter((file) => !kebab.test(file.split("/").at(-1) ?? ""))).toEqual([]);
  });

  it("lists every page on a mechanism in the index of pages", () => {
    const index = read("docs/model/README.md");
    const pages = files.filter((file) => /^docs\/model\/(?!README)[^/]+\.md$/.test(file));
    expect(pages.length).toBeGreaterThan(10);
    const missing = pages.filter((file) => !index.includes(`](${file.split("/").at(-1)})`));
    expect(missing).toEqual([]);
  });

  it("keeps a source file to one idea: at most 350 lines", () => {
    expect(sources.filter((file) => read(file).split("\n").length > 351)).toEqual([]);
  });

  it("has no folder for leftovers", () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|misc)\//.test(file))).toEqual([]);
  });

  it("reads no clock, no chance and no locale of the machine in the kernel and the model", () => {
    const ambient =
      /\b(Date\.(now|parse)|new Date\b|performance\.|Math\.random|crypto\.|setTimeout|setInterval|setImmediate|queueMicrotask|localeCompare|toLocale\w*|Intl\.|process\.(env|argv|exit|std\w+|hrtime|nextTick|cwd|platform|version)|globalThis\.)/;
    expect(places(portable, ambient)).toEqual([]);
  });

  it("takes no power in anything that is written out: its last digit is the engine's choice", () => {
    expect(places(sources, /\bMath\.pow\b|[\w)\]]\s*\*\*=?\s*(?!\d+n\b)[\w(-]/)).toEqual([]);
  });

  it("leaves no digit of the kernel and the model to the engine's mathematics", () => {
    const approximate =
      /\bMath\.(exp|expm1|log|log2|log10|log1p|a?(sin|cos|tan)h?|atan2|cbrt|hypot)\b/;
    expect(places(portable, approximate)).toEqual([]);
  });

  it("imports nothing of Node in the kernel and the model", () => {
    expect(
      places(portable, /\bfrom "node:|import\("node:/, (file) => read(file).split("\n")),
    ).toEqual([]);
  });

  it("sorts text by code unit in everything that is written out", () => {
    expect(places(sources, /\blocaleCompare\b|\btoLocale\w+\(/)).toEqual([]);
  });

  it("leaves no test narrowed, skipped or to be written", () => {
    const tests = code.filter((file) => /\.test(-d)?\.ts$/.test(file));
    expect(places(tests, /\b(it|test|describe)\.(only|skip|todo|fails)\b/)).toEqual([]);
  });

  it("leaves no unfinished mark and no path of one machine in what is committed", () => {
    const text = files.filter((file) => /\.(ts|mjs|md|ya?ml|json|html)$|\.ci\/run$/.test(file));
    const marks = new RegExp(
      ["TO" + "DO", "FIX" + "ME", "not imple" + "mented", "/wo" + "rk/"].join("|"),
    );
    expect(places(text, marks, (file) => read(file).split("\n"))).toEqual([]);
  });
});
