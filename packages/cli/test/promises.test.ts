import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, filesOf, inFolder, SHOP } from "./run-command.ts";

const SAME_ZONE = ["--set", "Service/*:spec.trafficDistribution=PreferSameZone"];
const SHORT = ["--replications", "3", "--length", "3s", "--warm-up", "1s"];

function ask(folder: string, ...more: readonly string[]): ReturnType<typeof command> {
  return command("what-if", "-f", join(folder, "shop.yaml"), ...SHORT, ...more);
}

describe("what-if", () => {
  test("says what the change does, to whom, and how it knows", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { code, out } = await ask(folder, ...SAME_ZONE);
      expect(code).toBe(0);
      expect(out).toContain("With the change, the bytes that cross zones fall");
      expect(out).toContain("2 Services over 2 backends");
      expect(out).toContain("web calls cart");
      expect(out).toContain("Requests begin at web (100/s, assumed)");
    }));

  test.each([
    ["crossZoneConnections<0.1", 0],
    ["crossZoneConnections>0.5", 1],
    ["Δp99<-0.000001%", 3],
  ])("expecting %s ends with %i", (claim, code) =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      expect((await ask(folder, ...SAME_ZONE, "--expect", claim)).code).toBe(code);
    }),
  );

  test("says of a single run that nothing tells what of it is chance", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const once = ["--replications", "1", "--length", "3s", "--warm-up", "1s"];
      const { out } = await command(
        "what-if",
        "-f",
        join(folder, "shop.yaml"),
        ...once,
        ...SAME_ZONE,
      );
      expect(out.replaceAll(/\s+/g, " ")).toMatch(
        /In this one run \S+ of the bytes cross zones as it is and \S+ as changed/,
      );
    }));

  test("prints JSON and nothing else when asked for it", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { out } = await ask(folder, ...SAME_ZONE, "--json");
      expect(JSON.parse(out)).toMatchObject({ schema: "k8s-netsim/result/v1", kind: "what-if" });
    }));

  test("writes the same bytes under the same seed, and never the value of a variable", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const [one, two] = [join(folder, "one"), join(folder, "two")];
      await ask(folder, ...SAME_ZONE, "--out", one);
      await ask(folder, ...SAME_ZONE, "--out", two);
      expect(Object.keys(filesOf(one))).toEqual([
        "junit.xml",
        "report.html",
        "report.md",
        "result.json",
      ]);
      expect(JSON.stringify(filesOf(two)) === JSON.stringify(filesOf(one))).toBe(true);
      const all = Object.values(filesOf(one)).join("");
      expect(all.includes("planted-secret-value")).toBe(false);
    }));

  test("names nothing of the input in an anonymised report", () =>
    inFolder({ "shop.yaml": SHOP.replaceAll("cart", "plantedcart") }, async (folder) => {
      const out = join(folder, "out");
      await ask(folder, ...SAME_ZONE, "--anonymise", "--out", out);
      const telling = Object.entries(filesOf(out)).filter(([, text]) =>
        text.includes("plantedcart"),
      );
      expect(telling.map(([name]) => name)).toEqual([]);
    }));

  test("saves the inferred traffic, which passed back gives the same answer", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const file = join(folder, "traffic.yaml");
      const first = await ask(folder, ...SAME_ZONE, "--save-traffic", file, "--json");
      const second = await ask(folder, ...SAME_ZONE, "--traffic", file, "--json");
      const estimates = ({ out }: { out: string }) =>
        (JSON.parse(out) as { estimates: unknown }).estimates;
      expect(estimates(second)).toEqual(estimates(first));
    }));

  test("a change at a time and a lost zone give a time line", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { code, out } = await ask(
        folder,
        ...[...SAME_ZONE, "--apply-at", "1s", "--fault", "zone=zone-a@2s", "--json"],
      );
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ charts: { timeline: { changeAtSeconds: 1 } } });
    }));

  test("faults of the control plane are marked on the time line, with all promises checked", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const faults = ["api-server=0@1s-2s", "leader=kcm@1s", "etcd=10@2s-4s"];
      const { code, out } = await ask(
        folder,
        ...[...SAME_ZONE, "--apply-at", "1s", "--check", "--json"],
        ...faults.flatMap((fault) => ["--fault", fault]),
      );
      expect(code).toBe(0);
      for (const words of ["API server 0 goes down", "etcd becomes slow", "lose their leader"]) {
        expect(out).toContain(words);
      }
    }));
});

describe("bad input ends with 2, its place and a remedy", () => {
  test("an unknown target port", () =>
    inFolder(
      { "shop.yaml": SHOP.replace("targetPort: 8080", "targetPort: http2") },
      async (dir) => {
        const { code, err } = await ask(dir);
        expect(code).toBe(2);
        expect(err).toContain("shop.yaml:22:73");
        expect(err).toContain("[unknown-target-port]");
        expect(err).toContain("Fix: ");
      },
    ));

  test.each([
    ["a wrong indentation", "kind: Service\n metadata: {}\n"],
    ["a prototype key", '{"__proto__": {"kind": "Service"}}'],
    ["binary data", "\u0000\u0001\u0002"],
    ["a name that holds a tag", 'apiVersion: v1\nkind: Service\nmetadata: { name: "<script>" }\n'],
    ["nothing that could be run", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n"],
  ])("%s", (_, text) =>
    inFolder({ "shop.yaml": text }, async (folder) => {
      const { code, out, err } = await ask(folder);
      expect(code).toBe(2);
      expect(out).toBe("");
      expect(err).toContain("Fix: ");
      expect(err).not.toContain("    at ");
    }),
  );

  test("a file that does not exist, an option that does not exist, a claim that cannot be read", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const outcomes = [
        await command("what-if", "-f", join(folder, "none.yaml")),
        await ask(folder, "--replicsa", "3"),
        await ask(folder, "--expect", "p99<20"),
      ];
      expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2]);
      for (const { err } of outcomes) expect(err).toContain("Fix: ");
      expect(outcomes[1]?.err).toContain("--replicas");
    }));
});

describe("explain", () => {
  test("shows the rule, every endpoint and the price of each way", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { code, out } = await command(
        ...["explain", "pod/web -> svc/cart:7070", "-f", join(folder, "shop.yaml"), ...SAME_ZONE],
      );
      expect(code).toBe(0);
      expect(out).toContain("Rule: zone-hints; verdict: accept.");
      expect(out.match(/ kept /g)).toHaveLength(2);
      expect(out.match(/ dropped /g)).toHaveLength(4);
    }));

  test("a pod that does not exist is an error that names some", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { code, err } = await command(
        ...["explain", "pod/wbe -> svc/cart", "-f", join(folder, "shop.yaml")],
      );
      expect(code).toBe(2);
      expect(err).toContain("default/cart-");
    }));
});

test("every command has a help text", async () => {
  for (const name of ["what-if", "run", "list", "explain"]) {
    const { code, out } = await command(name, "--help");
    expect(code).toBe(0);
    expect(out).toContain(`Usage: k8s-netsim ${name}`);
  }
});
