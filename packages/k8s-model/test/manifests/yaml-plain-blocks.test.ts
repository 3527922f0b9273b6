import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { readPlainBlocks } from "../../src/manifests/yaml-plain-blocks.ts";
import { yamlSyntax } from "../../src/manifests/yaml-syntax.ts";
import { yamlValue } from "../../src/manifests/yaml-value.ts";

/** What the full reader says: a value, or undefined for an error or for other than one document. */
function fullReader(text: string): { value: unknown } | undefined {
  const syntax = yamlSyntax(text);
  if ("tooDeepAt" in syntax || syntax.documents.length !== 1) return undefined;
  const [document] = syntax.documents;
  if (document === undefined || document.errors.length > 0) return undefined;
  try {
    return { value: yamlValue(document.contents) };
  } catch {
    return undefined;
  }
}

const SAMPLE = `---
# as kubectl writes it
apiVersion: v1
kind: Pod
metadata:
  annotations:
    note: |
      two

        lines
    strip: |-
      one
    "quoted/key": 'it''s'
  labels: {}
  managedFields:
  - fieldsV1:
      f:metadata:
        f:labels:
          .: {}
          k:{"type":"Ready"}: {}
    time: "2024-01-01T00:00:00Z"
spec:
  containers:
    - name: a
      args:
      - --x=1
      - -y
      - "a\\tb"
      ports: []
      image: reg.example:5000/a@sha256:00
    -
      name: b
  empty:
  nothing: ~
  numbers: 0644
  truth: yes
`;

test("the form that kubectl writes is read as the full reader reads it", () => {
  const plain = readPlainBlocks(SAMPLE);
  expect(plain).toHaveProperty("value");
  expect(plain).toEqual(fullReader(SAMPLE));
});

const piece = fc.constantFrom(
  "a",
  "b: ",
  "- ",
  "  ",
  "    ",
  "\\n",
  "\n",
  "\n  ",
  "\n    ",
  "\n- ",
  "\n  - ",
  ": ",
  ":",
  "#",
  " # c",
  "|",
  "|-",
  "|+",
  "|2",
  ">",
  "'",
  "''",
  '"',
  '\\"',
  "{}",
  "[]",
  "{a: b}",
  "[c, d]",
  "{e: f, e: g}",
  "{h: {i: j}}",
  "[k: l]",
  "{m}",
  "{",
  "[a]",
  "&a ",
  "*a",
  "!!str ",
  "---",
  "...",
  "%",
  "\t",
  "? ",
  "x y",
  "1",
  "0644",
  "yes:",
  "~",
  "<<: ",
  "a: b",
  "\r\n",
  "-",
  "--- ",
  "http://x:1",
  "__proto__: ",
  "\u00a0",
  "\u2028",
  "`",
  "@x",
  ".5",
  ", ",
  "a:\n",
  "  c:\n",
  "- d:\n",
  "    - e\n",
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join("")),
  fc
    .tuple(fc.nat({ max: SAMPLE.length }), fc.nat({ max: 12 }), piece)
    .map(([at, remove, insert]) => SAMPLE.slice(0, at) + insert + SAMPLE.slice(at + remove)),
  fc
    .array(
      fc.tuple(
        fc.nat({ max: 5 }),
        fc.constantFrom(
          "a: b",
          "b:",
          "- c",
          "- d: e",
          "-",
          "f: |",
          "'g': 1",
          '"h": "i"',
          "# j",
          "",
          "k",
          "- - l",
          "m: {}",
          "n: {o: p}",
          "- [q, 1]",
          "r: { s: yes, t: 0644 }",
          "- u: [v,w]",
          "x: {y: z}",
          "{a: b}",
          "[c",
          "d: {e: f: g}",
          "h: {i:j}",
          "k: {l: m,}",
        ),
      ),
      { maxLength: 9 },
    )
    .map((lines) => lines.map(([indent, line]) => " ".repeat(indent) + line).join("\n")),
);

test("whatever the fast reader reads, the full reader reads the same", () => {
  let read = 0;
  fc.assert(
    fc.property(text, (given) => {
      const plain = readPlainBlocks(given);
      if ("gaveUpAt" in plain) return;
      read += 1;
      expect({ given, ...plain }).toEqual({ given, ...fullReader(given) });
    }),
    { numRuns: 12_000, seed: 5 },
  );
  expect(read).toBeGreaterThan(1_000);
});

const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom("a\nb", "a\n", " a", "yes", "- x", "a: b", "# c", "0644"),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z./:]{1,6}$/), tie("node"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).node;

test("trees written in block style mostly take the fast way, and come back whole", () => {
  let fast = 0;
  fc.assert(
    fc.property(tree, fc.boolean(), (node, indentSeq) => {
      const written = stringify({ node }, { version: "1.1", indentSeq, lineWidth: 0 });
      const plain = readPlainBlocks(written);
      if ("gaveUpAt" in plain) return;
      fast += 1;
      expect(plain).toEqual(fullReader(written));
    }),
    { numRuns: 1_500, seed: 9 },
  );
  expect(fast).toBeGreaterThan(500);
});
