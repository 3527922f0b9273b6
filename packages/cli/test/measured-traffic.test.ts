import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, inFolder, type Outcome, SHOP } from "./run-command.ts";

const HEAD = "source,source_zone,destination,requests_per_second,response_bytes_per_second\n";

/** What-if of the shop with this traffic; the folder's path is left out. */
function ask(traffic: string, ...more: readonly string[]): Promise<Outcome> {
  return inFolder({ "shop.yaml": SHOP, "t.csv": traffic }, async (folder) => {
    const files = ["-f", join(folder, "shop.yaml"), "--traffic", join(folder, "t.csv")];
    const short = ["--replications", "2", "--length", "2s", "--warm-up", "0s"];
    const { code, out, err } = await command("what-if", ...files, ...short, ...more);
    const bare = (words: string): string => words.replaceAll(`${folder}/`, "");
    return { code, out: bare(out), err: bare(err) };
  });
}

describe("measured traffic", () => {
  test("is simulated in place of what the manifests suggest, and said to be measured", async () => {
    const { code, out } = await ask(`${HEAD}outside,,web:80,50,500000\nweb,,cart,25,25000\n`);
    expect(code).toBe(0);
    expect(out).toContain("Requests begin at default/web (50/s, measured)");
    expect(out).not.toContain("request rate of each client");
  });

  test("may come in by zone", async () => {
    const { out } = await ask(`${HEAD}outside,zone-a,web:80,50,\noutside,zone-b,web:80,20,\n`);
    expect(out).toContain("default/web in zone-a (50/s, measured)");
    expect(out).toContain("default/web in zone-b (20/s, measured)");
  });

  test("by a zone without a node is an error at its line", async () => {
    const { code, err } = await ask(
      `${HEAD}outside,zone-a,web:80,50,\noutside,zone-x,web:80,20,\n`,
    );
    expect(code).toBe(2);
    expect(err).toMatchInlineSnapshot(`
      "error: t.csv:3:1  Users come in by zone "zone-x", in which there is no node.
        Fix: write one of zone-a, zone-b, zone-c, or leave the zone out.   [unknown-zone]
      "
    `);
  });

  test("in a traffic file by such a zone is an error, too", async () => {
    const { code, err } = await ask(
      "apiVersion: netsim/v1\nkind: Traffic\nclients:\n  - { to: web:80, zone: nowhere, rate: 5 }\n",
    );
    expect(code).toBe(2);
    expect(err).toContain('t.csv:4:5  Users come in by zone "nowhere"');
  });

  test("that is unknown or nothing ends with 2 and a remedy", async () => {
    for (const text of [
      "",
      "source,destination\n",
      `${HEAD}webb,,cart,1,\n`,
      `${HEAD}web,,cart,0,0\n`,
    ]) {
      const { code, out, err } = await ask(text);
      expect({ text, code, out, told: err.includes("Fix: ") }).toEqual({
        text,
        code: 2,
        out: "",
        told: true,
      });
    }
  });
});
