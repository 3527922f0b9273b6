import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { asText, figure, table } from "../../notebooks/runtime/display.ts";
import { drift, replaceFiles } from "./drift.ts";
import { instrument, parseNotebook } from "./notebook.ts";
import { renderNotebook } from "./render.ts";
import { runNotebook } from "./run-notebook.ts";

const here = dirname(fileURLToPath(import.meta.url));
mkdirSync(join(here, "../out"), { recursive: true });
const folder = mkdtempSync(join(here, "../out/notebooks-"));
afterAll(() => rmSync(folder, { recursive: true }));

const display = join(here, "../../notebooks/runtime/display.ts");

function notebook(name: string, text: string): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, text);
  return file;
}

const small = `// %% [markdown]
// # Title
//
// Words.

// %%
import { display, figure, table } from ${JSON.stringify(display)};

const answer: number = 42;

// %%
display(answer);
display("and more");
display(table([{ name: "a|b", count: 1 }, { name: "c", count: 2 }]));
display(figure("<svg><rect/></svg>", "A square."));
`;

describe("parseNotebook", () => {
  it("splits a file into cells of Markdown and code with their lines", () => {
    expect(parseNotebook("n.ts", "// %% [markdown]\n// # T\n//\n// w\n\n// %%\n\nf();\n")).toEqual([
      { kind: "markdown", source: "# T\n\nw", line: 1 },
      { kind: "code", source: "f();", line: 6 },
    ]);
  });

  it("names the line of what belongs to no cell, and of code among Markdown", () => {
    expect(() => parseNotebook("n.ts", "\nf();\n")).toThrowErrorMatchingInlineSnapshot(
      `[NotebookError: n.ts:2: Text before the first cell: start it with // %%.]`,
    );
    expect(() =>
      parseNotebook("n.ts", "// %% [markdown]\n// w\nf();\n"),
    ).toThrowErrorMatchingInlineSnapshot(
      `[NotebookError: n.ts:3: Code in a cell of Markdown: start a cell with // %%.]`,
    );
  });
});

describe("instrument", () => {
  it("leaves every line where it was", () => {
    const before = small.split("\n");
    const after = instrument(small, "./display.ts").split("\n");
    expect(after).toHaveLength(before.length);
    expect(after.filter((line, index) => !line.endsWith(before[index] ?? ""))).toEqual([]);
  });
});

describe("runNotebook", () => {
  it("gives each cell what it displayed, lines of text joined", async () => {
    const cells = await runNotebook(notebook("small", small), "small.ts");
    expect(cells.map(({ outputs }) => outputs.map(asText))).toEqual([
      [],
      [],
      ["42\nand more", "name  count\na|b   1\nc     2", "[figure: A square.]"],
    ]);
  });

  it("names file, line and cell of an error, and leaves no file behind", async () => {
    const text = "// %%\nconst one = 1;\n\n// %%\n\nthrow new Error(String(one));\n";
    await expect(runNotebook(notebook("broken", text), "broken.ts")).rejects.toThrow(
      "broken.ts:6: Cell 2 failed: 1",
    );
    expect(readdirSync(folder).filter((file) => file.includes("running"))).toEqual([]);
  });
});

describe("renderNotebook", () => {
  it("writes Markdown with its figures in files beside it", async () => {
    const cells = await runNotebook(notebook("again", small), "again.ts");
    const files = renderNotebook("again", cells);
    expect([...files.keys()]).toEqual(["again-1.svg", "again.md", "again.ipynb"]);
    expect(files.get("again.md")?.replaceAll(display, "display.ts")).toMatchInlineSnapshot(`
      "<!-- Written by \`npm run notebooks\` from notebooks/again.ts: edit that. -->

      # Title

      Words.

      \`\`\`ts
      import { display, figure, table } from "display.ts";

      const answer: number = 42;
      \`\`\`

      \`\`\`ts
      display(answer);
      display("and more");
      display(table([{ name: "a|b", count: 1 }, { name: "c", count: 2 }]));
      display(figure("<svg><rect/></svg>", "A square."));
      \`\`\`

      \`\`\`text
      42
      and more
      \`\`\`

      | name | count |
      | --- | ---: |
      | a\\|b | 1 |
      | c | 2 |

      ![A square.](again-1.svg)
      "
    `);
  });

  it("writes a notebook of format 4.5: ids for cells, outputs with a plain form", async () => {
    const cells = await runNotebook(notebook("once-more", small), "once-more.ts");
    const text = renderNotebook("once-more", cells).get("once-more.ipynb") ?? "";
    const { nbformat, nbformat_minor, cells: written } = JSON.parse(text);
    expect([nbformat, nbformat_minor]).toEqual([4, 5]);
    expect(written.map(({ id, cell_type }: Record<string, string>) => [id, cell_type])).toEqual([
      ["once-more-1", "markdown"],
      ["once-more-2", "code"],
      ["once-more-3", "code"],
    ]);
    expect(written[2].outputs.map((one: { data?: object }) => Object.keys(one.data ?? {}))).toEqual(
      [[], ["text/html", "text/plain"], ["image/svg+xml", "text/plain"]],
    );
  });

  it("writes the same bytes each time", () => {
    const cell = { kind: "code" as const, source: "f();", line: 1 };
    const outputs = [table([{ a: 1 }]), figure("<svg></svg>", "Nothing.")];
    const render = () => [...renderNotebook("n", [{ ...cell, outputs }])];
    expect(render()).toEqual(render());
  });
});

describe("drift", () => {
  it("names what differs, is missing or is left over, and nothing after a rewrite", () => {
    const rendered = join(folder, "rendered");
    const files = new Map([
      ["a.md", "one\ntwo\n"],
      ["b.md", "b\n"],
    ]);
    expect(drift(rendered, files)).toEqual(["a.md is missing", "b.md is missing"]);
    replaceFiles(rendered, files);
    expect(drift(rendered, files)).toEqual([]);
    writeFileSync(join(rendered, "a.md"), "one\n2\n");
    writeFileSync(join(rendered, "old.svg"), "");
    expect(drift(rendered, files)).toEqual(["a.md differs from line 2 on", "old.svg is left over"]);
    replaceFiles(rendered, files);
    expect(readFileSync(join(rendered, "a.md"), "utf8")).toBe("one\ntwo\n");
    expect(readdirSync(rendered)).toEqual(["a.md", "b.md"]);
  });
});
