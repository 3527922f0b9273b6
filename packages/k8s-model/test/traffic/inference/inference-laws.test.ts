import fc from "fast-check";
import { expect, test } from "vitest";
import { readManifests } from "../../../src/manifests/index.ts";
import { cutCycles, inferCallGraph } from "../../../src/traffic/inference/index.ts";

const node = fc.integer({ min: 0, max: 7 }).map((index) => `w${index}`);
const arrows = fc
  .array(fc.tuple(node, fc.uniqueArray(node, { minLength: 1, maxLength: 2 })), { maxLength: 20 })
  .map((list) => list.map(([from, to], edge) => ({ from, to, edge })));

/** Whether some node can be reached from itself. */
function hasCycle(list: readonly { from: string; to: readonly string[] }[]): boolean {
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>();
    const queue = [start];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const { from, to } of list) {
        if (from !== at) continue;
        for (const next of to) {
          if (!seen.has(next)) queue.push(next);
          seen.add(next);
        }
      }
    }
    return seen;
  };
  return list.some(({ from }) => reach(from).has(from));
}

test("without the edges that are cut no cycle is left, and nothing is cut without need", () => {
  fc.assert(
    fc.property(arrows, fc.array(node, { maxLength: 3 }), (list, roots) => {
      const cuts = cutCycles(roots, list);
      const kept = list.filter(({ edge }) => !cuts.some((cut) => cut.edge === edge));
      expect(hasCycle(kept)).toBe(false);
      if (!hasCycle(list)) expect(cuts).toEqual([]);
      expect(cutCycles(roots, list)).toEqual(cuts);
      for (const { edge, cycle } of cuts) {
        const cut = list.find((arrow) => arrow.edge === edge);
        expect(cut?.from).toBe(cycle.at(-1));
        expect(cut?.to).toContain(cycle[0]);
      }
    }),
    { numRuns: 500, seed: 21 },
  );
});

const SECRET = "Zq9xK7";
const password = fc
  .tuple(fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }))
  .map(([before, after]) => before + SECRET + after);
const value = fc.oneof(
  password.map((secret) => `redis://user:${secret}@cache:6379/0`),
  password.map((secret) => `cache:6379,password=${secret},ssl=true`),
  password.map((secret) => `jdbc:mysql://cache:6379/db?user=a&password=${secret}`),
  password.map((secret) => `--requirepass ${secret} --replicaof cache 6379`),
  password,
);
const variable = fc.constantFrom("CACHE_URL", "CACHE_HOST", "TOKEN", "SERVICE_ADDR");

test("no part of a value but the matched host and port is ever kept", () => {
  fc.assert(
    fc.property(variable, value, fc.boolean(), (name, text, asArgument) => {
      const container = asArgument
        ? { name: "c", args: [`--${name}=${text}`, text] }
        : { name: "c", env: [{ name, value: text }] };
      const items = [
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "a" },
          spec: { containers: [container] },
        },
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "cache" },
          spec: { selector: { app: "cache" }, ports: [{ port: 6379 }] },
        },
      ];
      const source = JSON.stringify({ apiVersion: "v1", kind: "List", items });
      const graph = inferCallGraph(readManifests([{ file: "m.json", text: source }]).objects);
      expect(JSON.stringify([graph.edges, graph.entries, graph.diagnostics])).not.toContain(SECRET);
      for (const { evidence } of graph.edges) {
        for (const { matched } of evidence) expect(matched).toBe("cache:6379");
      }
    }),
    { numRuns: 500, seed: 23 },
  );
});
