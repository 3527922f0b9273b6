import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

/** Fingerprints by the name of their case. */
export type Table = Readonly<Record<string, string>>;

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Runs a bundle that exports `fingerprints()` under a Node binary. */
export function inNode(program: string, code: string): { engine: string; table: Table } {
  const folder = mkdtempSync(join(tmpdir(), "netsim-determinism-"));
  try {
    const file = join(folder, "bundle.mjs");
    writeFileSync(file, code);
    const script = `const { fingerprints } = await import(${JSON.stringify(pathToFileURL(file).href)});
      console.log(JSON.stringify({ engine: "Node " + process.version, table: fingerprints() }));`;
    const output = execFileSync(program, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return JSON.parse(output) as { engine: string; table: Table };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Chromium of this machine, if there is one. */
export function chromiumProgram(): string | undefined {
  return [process.env.CHROMIUM_PATH ?? "", ...PROGRAMS].find(existsSync);
}

/** Runs the bundle in Chromium, headless, on a real page served over HTTP. */
export async function inChromium(
  executablePath: string,
  code: string,
): Promise<{ engine: string; table: Table }> {
  const server = createServer((request, response) => {
    const script = request.url === "/bundle.js";
    response.setHeader("content-type", script ? "text/javascript" : "text/html; charset=utf-8");
    response.end(script ? code : "<!doctype html><title>k8s-netsim</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const table = await page.evaluate(async (url) => {
      const module = (await import(url)) as { fingerprints(): Table };
      return module.fingerprints();
    }, "/bundle.js");
    return { engine: `Chromium ${browser.version()}`, table };
  } finally {
    await browser.close();
    server.close();
  }
}
