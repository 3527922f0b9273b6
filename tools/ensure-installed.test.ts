import { type ChildProcess, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ours = fileURLToPath(new URL("ensure-installed.mjs", import.meta.url));

// A registry in miniature: an npm that "downloads" a pnpm, which notes each installation in a file.
const pnpm = `
const fs = require("node:fs");
fs.appendFileSync("installations", "start\\n");
setTimeout(() => {
  fs.mkdirSync("node_modules", { recursive: true });
  fs.appendFileSync("installations", "end\\n");
  process.exit(Number(process.env.PNPM_CODE ?? 0));
}, Number(process.env.PNPM_MS ?? 0));`;
const npm = `
const fs = require("node:fs");
const bin = process.argv[process.argv.indexOf("--prefix") + 1] + "/node_modules/pnpm/bin";
fs.mkdirSync(bin, { recursive: true });
fs.writeFileSync(bin + "/pnpm.cjs", ${JSON.stringify(pnpm)});`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "netsim-installed-"));
  for (const folder of ["tools", "packages/one"])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(ours, join(root, "tools", "ensure-installed.mjs"));
  writeFileSync(join(root, "npm-cli.js"), npm);
  writeFileSync(join(root, "pnpm-lock.yaml"), "lockfileVersion: '9.0'\n");
  writeFileSync(join(root, "pnpm-workspace.yaml"), "packages: [packages/*]\n");
  manifest({ packageManager: "pnpm@10.0.0", scripts: { test: "x" } });
  writeFileSync(join(root, "packages/one/package.json"), JSON.stringify({ name: "one" }));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function manifest(content: object): void {
  writeFileSync(join(root, "package.json"), JSON.stringify(content));
}

function start(env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [join(root, "tools", "ensure-installed.mjs")], {
    env: { ...process.env, npm_execpath: join(root, "npm-cli.js"), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

function ended(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, said })));
}

function installations(): string {
  const file = join(root, "installations");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const installedOnce = "start\nend\n";
const lock = (): string => join(root, ".cache", "install.lock");

describe("the installation", () => {
  it("happens once, and again only when something it depends on has changed", async () => {
    expect((await ended(start())).code).toBe(0);
    expect((await ended(start())).code).toBe(0);
    expect(installations()).toBe(installedOnce);

    manifest({ packageManager: "pnpm@10.0.0", scripts: { test: "y" } });
    await ended(start());
    expect(installations()).toBe(installedOnce);

    manifest({
      packageManager: "pnpm@10.0.0",
      dependencies: undefined,
      devDependencies: { a: "1" },
    });
    await ended(start());
    expect(installations()).toBe(installedOnce.repeat(2));
  });

  it("happens again when the installed tree is gone", async () => {
    await ended(start());
    rmSync(join(root, "node_modules"), { recursive: true });
    await ended(start());
    expect(installations()).toBe(installedOnce.repeat(2));
  });

  it("happens once when two commands start together", async () => {
    const slow = { PNPM_MS: "400" };
    const both = await Promise.all([ended(start(slow)), ended(start(slow))]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(installations()).toBe(installedOnce);
    expect(existsSync(lock())).toBe(false);
  });

  it("is tried anew after a failure, which is told in a sentence", async () => {
    const failed = await ended(start({ PNPM_CODE: "7" }));
    expect(failed.code).toBe(1);
    expect(failed.said).toContain("The installation failed; the reason stands above.");
    expect((await ended(start())).code).toBe(0);
    expect(installations()).toBe(installedOnce.repeat(2));
  });

  it.runIf(process.platform !== "win32")(
    "leaves nothing that looks finished when stopped",
    async () => {
      const child = start({ PNPM_MS: "30000" });
      const end = ended(child);
      while (installations() === "") await new Promise((resolve) => setTimeout(resolve, 10));
      child.kill("SIGINT");
      await end;
      expect(child.signalCode).toBe("SIGINT");
      expect(existsSync(lock())).toBe(false);
      expect((await ended(start())).code).toBe(0);
      expect(installations()).toBe(`start\n${installedOnce}`);
    },
  );

  it("does not wait for one that was killed", async () => {
    mkdirSync(lock(), { recursive: true });
    writeFileSync(join(lock(), "1-1"), "");
    utimesSync(lock(), new Date(0), new Date(0));
    expect((await ended(start())).code).toBe(0);
    expect(installations()).toBe(installedOnce);
  });
});
