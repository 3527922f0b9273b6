import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, inFolder, type Outcome, SHOP } from "./run-command.ts";

const SHORT = ["--replications", "2", "--length", "1s", "--warm-up", "0s"];

/** What the command says of one file; the folder's path is left out. */
function told(text: string | Uint8Array, ...more: readonly string[]): Promise<Outcome> {
  return inFolder({}, async (folder) => {
    const file = join(folder, "m.yaml");
    writeFileSync(file, text);
    const { code, out, err } = await command("what-if", "-f", file, ...SHORT, ...more);
    const bare = (words: string): string => words.replaceAll(`${folder}/`, "");
    return { code, out: bare(out), err: bare(err) };
  });
}

test("text in UTF-16 with a byte order mark is read, as PowerShell writes it", async () => {
  expect((await told(Buffer.from(`\ufeff${SHOP}`, "utf16le"))).code).toBe(0);
});

test("a byte that is no UTF-8 is told with its place", async () => {
  const { code, err } = await told(Buffer.from("kind: Service\nname: caf\xe9\n", "latin1"));
  expect(code).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "k8s-netsim: m.yaml:2:10  This is not text in UTF-8.
      Fix: pass manifests as UTF-8 text in YAML or JSON.   [not-text]
    "
  `);
});

test("a billion replicas are refused at their line, before anything is made", async () => {
  const { code, err } = await told(SHOP.replace("replicas: 6", "replicas: 1000000000"));
  expect(code).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "error: m.yaml:6:3  Deployment "web": with its 1000000000 replicas the input asks for 1000000000 pods or more; at most 150000 can be simulated.
      Fix: ask for fewer replicas.   [too-many-pods]
    "
  `);
});

test("a version in which the API server does not know a kind is an error", async () => {
  const { code, err } = await told(SHOP.replaceAll("apiVersion: v1", "apiVersion: v9"));
  expect(code).toBe(2);
  expect(err).toContain('Service "web": Kubernetes does not know this kind in v9.');
  expect(err).toContain("[unknown-api-version]");
});

test("null means absent, as for the API server", async () => {
  const text = SHOP.replace("replicas: 6", "replicas: null").replace(
    "{ app: web }, ports",
    "null, ports",
  );
  expect((await told(text)).code).toBe(0);
});

test("an empty item of a list is an error at its place", async () => {
  const { code, err } = await told(
    SHOP.replace('value: "cart:7070" }', 'value: "cart:7070" }\n            -'),
  );
  expect(code).toBe(2);
  expect(err).toMatch(/m\.yaml:\d+:\d+ .*env\[1\]/);
});

test.each([
  ["cyclic aliases", "apiVersion: v1\nkind: Service\nmetadata: &a { name: web, self: *a }\n"],
  ["a tab for indentation", "apiVersion: v1\nkind: Service\nmetadata:\n\tname: web\n"],
  ["a template that was not rendered", SHOP.replace("replicas: 6", "replicas: {{ .Values.n }}")],
  ["a key that occurs twice", SHOP.replace("replicas: 6", "replicas: 6\n  replicas: 7")],
  ["an object that occurs twice", `${SHOP}---${SHOP}`],
  ["brackets without end", `a: ${"[".repeat(5_000)}`],
])("%s: an error with its place", async (_, text) => {
  const { code, out, err } = await told(text);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/m\.yaml:\d+:\d+/);
});

test.each([
  ["nothing", ""],
  ["comments", "# a\n"],
  ["an empty list", '{"kind":"List","items":[]}'],
])("a file that holds %s ends with 2", async (_, text) => expect((await told(text)).code).toBe(2));

test("a terminal's escape sequences in names never reach the terminal", async () => {
  const { code, err } = await told(SHOP.replaceAll("name: cart }", 'name: "\\u001b[31mcart" }'));
  expect(code).toBe(2);
  expect(err.includes("\u001b")).toBe(false);
});

test("a folder is searched all the way down, links to files are followed", () =>
  inFolder({ "shop.txt": SHOP }, async (folder) => {
    mkdirSync(join(folder, "in", "side"), { recursive: true });
    symlinkSync(join(folder, "shop.txt"), join(folder, "in", "side", "shop.yaml"));
    expect((await command("what-if", "-f", join(folder, "in"), ...SHORT)).code).toBe(0);
  }));

test("pods of nodes that the input lacks are placed anew", async () => {
  const pod = `---
apiVersion: v1
kind: Pod
metadata: { name: cart-0, labels: { app: cart } }
spec: { nodeName: gone, containers: [{ name: c, image: i }] }
`;
  const { code, out, err } = await told(SHOP + pod, "--json");
  expect(code).toBe(0);
  expect(err).toContain("[nodes-missing]");
  expect(JSON.parse(out)).toMatchObject({ kind: "what-if" });
});

describe("options", () => {
  test.each([
    [["--zones", "0"], "bad-option-value"],
    [["--zones", "1e2"], "bad-option-value"],
    [["--replicas", "-1"], "bad-command-line"],
    [["--rate", "entry=99999999999/s"], "bad-option-value"],
    [["--rate", "nobody=1/s"], "unknown-entry"],
    [["--fault", "zone=nowhere@1s"], "unknown-fault-target"],
    [["--fault", "rack=a@1s"], "bad-option-value"],
    [["--fault", "partition=nowhere@1s"], "unknown-fault-target"],
    [["--fault", "drain=nowhere@1s"], "unknown-fault-target"],
    [["--fault", "cordon=nowhere@1s-9s"], "unknown-fault-target"],
    [["--fault", "zone-partition=nowhere@1s"], "unknown-fault-target"],
    [["--fault", "api-server=9@1s-2s"], "unknown-fault-target"],
    [["--fault", "api-server=0@1s"], "bad-option-value"],
    [["--fault", "etcd=0@1s"], "bad-option-value"],
    [["--fault", "clock=n1@1s"], "bad-option-value"],
    [["--set", "Service/web"], "set-syntax"],
    [["--set", "Service/nope:spec.type=NodePort"], "set-no-match"],
    [["--namespace", ""], "bad-option-value"],
    [["--kubernetes-version", "banana"], "unknown-kubernetes-version"],
    [["--provider", "__proto__"], "unknown-provider"],
    [["--expect", "default/nope:p99<1ms"], "bad-expectation"],
    [["--expect", "costPerMonth<5"], "bad-expectation"],
    [["--expect", "p99<5%"], "bad-expectation"],
    [["--save-traffic", "/nowhere/at/all"], "unwritable-file"],
    [["--traffic", "none.yaml"], "unreadable-file"],
    [["-f", "-", "-f", "-"], "bad-command-line"],
  ])("%j: %s", async (words, code) => {
    const outcome = await told(SHOP, ...words);
    expect(outcome.code).toBe(2);
    expect(outcome.err).toMatch(new RegExp(`\\[(?:${code})\\]`));
  });

  test("a release that ignores a field is an error that names it", async () => {
    const { code, err } = await told(
      SHOP,
      ...[
        "--kubernetes-version",
        "1.29",
        "--set",
        "Service/cart:spec.trafficDistribution=PreferClose",
      ],
    );
    expect(code).toBe(2);
    expect(err).toContain("Kubernetes 1.29 ignores spec.trafficDistribution");
  });

  test("a folder that is a file is refused before the simulation", () =>
    inFolder({ "shop.yaml": SHOP, taken: "" }, async (folder) => {
      const out = join(folder, "taken", "out");
      const outcome = await command("what-if", "-f", join(folder, "shop.yaml"), "--out", out);
      expect(outcome).toMatchObject({ code: 2, out: "" });
      expect(outcome.err).toContain("a part of the path is no folder");
    }));
});

test("help on a command that does not exist is an error", async () => {
  expect(await command("help", "nope")).toMatchObject({ code: 2, out: "" });
});
