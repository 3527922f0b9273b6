import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { readManifests } from "../../src/manifests/index.ts";

const SHOP = `# a shop
apiVersion: v1
kind: Service
metadata:
  name: cart
  labels: &labels {app: cart, tier: "back"}
spec:
  selector: *labels
  ports:
  - name: http
    port: 80
    targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata:
      labels: {app: cart, tier: back}
    spec:
      containers:
      - name: server
        image: shop/cart:1
        args: ["--listen", ':8080']
        env:
        - name: NOTE
          value: |
            two
            lines
---
{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}}]}
`;
const JSON_SHOP = JSON.stringify(
  {
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p" },
        spec: { containers: [{ name: "c", ports: [{ containerPort: 80 }] }] },
      },
    ],
  },
  null,
  2,
);

const noise = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "\t",
    "\u0000",
    "  ",
    "\n",
    "---\n",
    ": ",
    "- ",
    "{",
    "[",
    "}",
    "]",
    '"',
    "'",
    "&a ",
    "*a",
    "<<: *a",
    "|",
    ">",
    "%",
    "!!binary ",
    "#",
    "{{ x }}",
    "__proto__: 1\n",
    "? ",
    "\\",
    "\u2028",
  ),
);

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 40 }),
  insert: noise,
});

function mutate(
  text: string,
  edits: readonly { at: number; remove: number; insert: string }[],
): string {
  let result = text;
  for (const { at, remove, insert } of edits) {
    const start = Math.floor(at * result.length);
    result = result.slice(0, start) + insert + result.slice(start + remove);
  }
  return result;
}

test("damaged manifests never throw: each gives objects or a complaint with a place", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(SHOP, JSON_SHOP),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (text, edits, truncate) => {
        const damaged = mutate(text, edits);
        const cut = truncate ? damaged.slice(0, damaged.length / 2) : damaged;
        const { objects, diagnostics } = readManifests([{ file: "m", text: cut }]);
        expect(objects.length + diagnostics.length).toBeGreaterThan(0);
        for (const { at, message, remedy } of diagnostics) {
          expect(at?.line).toBeGreaterThan(0);
          expect(at?.column).toBeGreaterThan(0);
          expect([message, remedy]).not.toContain("");
        }
        for (const entry of objects) {
          expect(Object.getPrototypeOf(entry.object)).toBe(Object.prototype);
          expect(entry.position("spec.ports[0].port").line).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 600, seed: 7 },
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("arbitrary text never throws", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(noise, { maxLength: 40 }).map((parts) => parts.join("")),
      ),
      (text) => {
        const { objects, diagnostics } = readManifests([{ file: "m", text }]);
        expect(objects.length + diagnostics.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 600, seed: 11 },
  );
});

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const key = fc.oneof(name, fc.constantFrom("constructor", "toString", "yes", "on", "1", "a.b/c"));
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((number) => (number === 0 ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom(
      "yes",
      "off",
      "0644",
      "1e3",
      "80",
      "~",
      "2024-01-01",
      "- x",
      "# y",
      "{",
      "a: b",
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;
const manifest = fc.record({
  apiVersion: fc.constant("example.com/v1"),
  kind: fc.constant("Thing"),
  metadata: fc.record({ name }),
  spec: fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true }),
});

test("what is written as JSON or YAML is read back as it was", () => {
  fc.assert(
    fc.property(manifest, (object) => {
      const json = JSON.stringify(object);
      const yaml = stringify(JSON.parse(json), {
        version: "1.1",
        defaultStringType: "QUOTE_DOUBLE",
        defaultKeyType: "QUOTE_DOUBLE",
      });
      for (const text of [json, yaml]) {
        const { objects, diagnostics } = readManifests([{ file: "m", text }]);
        expect(diagnostics).toEqual([]);
        expect(objects[0]?.object).toEqual(JSON.parse(json));
      }
    }),
    { numRuns: 300, seed: 13 },
  );
});

test("a list that is read item by item gives what the whole gives", () => {
  fc.assert(
    fc.property(fc.array(manifest, { minLength: 2, maxLength: 4 }), (objects) => {
      const items = objects.map((object, index) => ({
        ...object,
        metadata: { name: `n${index}`, note: "x".repeat(160_000) },
      }));
      const document = { apiVersion: "v1", items: JSON.parse(JSON.stringify(items)), kind: "List" };
      const text = stringify(document, {
        version: "1.1",
        indentSeq: false,
        defaultStringType: "QUOTE_DOUBLE",
        defaultKeyType: "PLAIN",
        lineWidth: 0,
      });
      const read = readManifests([{ file: "m", text }]);
      expect(read.diagnostics).toEqual([]);
      expect(read.objects.map((entry) => entry.object)).toEqual(document.items);
    }),
    { numRuns: 20, seed: 17 },
  );
});
