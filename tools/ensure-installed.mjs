// Installs the workspace when, and only when, something it depends on has changed. Node built-ins
// only: it runs before anything is installed. Called by npm's pre-scripts (see package.json).
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "node_modules", ".k8s-netsim-installed");
const lockFolder = join(root, ".cache", "install.lock");
const lockStaleAfterMs = 10_000;

let installer;
let stoppedBy;

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

async function main() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(
      `k8s-netsim needs Node 20.19 or newer, and this is Node ${process.versions.node}: ` +
        "see https://nodejs.org/en/download for a newer one.",
    );
  }
  if (isInstalled()) return;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      stoppedBy = signal;
      if (installer !== undefined) installer.kill(signal);
    });
  }
  await underLock(install);
  if (stoppedBy !== undefined) {
    process.removeAllListeners(stoppedBy);
    process.kill(process.pid, stoppedBy);
  }
}

/** Writes the stamp last, and only after a whole installation: one cut short has none. */
async function install() {
  if (isInstalled() || stoppedBy !== undefined) return;
  process.stderr.write("Installing what k8s-netsim needs (only when that has changed) …\n");
  fs.rmSync(stampFile, { force: true });
  const stamp = wantedStamp();
  const pnpm = await pnpmProgram(readJson("package.json").packageManager);
  await run(process.execPath, [pnpm, "install", "--frozen-lockfile", "--prod=false"]);
  if (stoppedBy !== undefined) return;
  fs.writeFileSync(`${stampFile}.new`, stamp);
  fs.renameSync(`${stampFile}.new`, stampFile);
}

/**
 * The pinned pnpm, in a folder of this checkout. Not through npx: stopped at the wrong moment, npx
 * leaves a half-made folder in npm's cache over which every later npx stumbles.
 */
async function pnpmProgram(packageManager) {
  const folder = join(root, ".cache", packageManager);
  const draft = `${folder}.new`;
  if (!fs.existsSync(folder) && stoppedBy === undefined) {
    fs.rmSync(draft, { recursive: true, force: true });
    fs.mkdirSync(draft, { recursive: true });
    const npm = process.env.npm_execpath ?? "";
    const [command, first] = npm.endsWith("npm-cli.js") ? [process.execPath, [npm]] : ["npm", []];
    await run(command, [...first, "install", "--prefix", draft, "--no-save", packageManager]);
    if (stoppedBy === undefined) fs.renameSync(draft, folder);
  }
  return join(folder, "node_modules", "pnpm", "bin", "pnpm.cjs");
}

function isInstalled() {
  if (!fs.existsSync(stampFile) || fs.readFileSync(stampFile, "utf8") !== wantedStamp()) {
    return false;
  }
  return workspaceFolders().every(
    (folder) =>
      readJson(join(folder, "package.json")).dependencies === undefined ||
      fs.existsSync(join(root, folder, "node_modules")),
  );
}

/**
 * What the installed tree depends on. Not the release of Node: nothing here is built for one, only
 * for an operating system and a processor, so a switch of release works offline.
 */
function wantedStamp() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  for (const folder of workspaceFolders()) {
    const manifest = readJson(join(folder, "package.json"));
    const parts = ["name", "bin", "packageManager", "dependencies", "devDependencies"];
    hash.update(JSON.stringify([folder, ...parts.map((part) => manifest[part])]));
  }
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) {
    hash.update(fs.readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

function workspaceFolders() {
  const packages = fs.readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
  return [".", ...packages, "scenarios", "notebooks", "benchmarks", "tools"]
    .filter((folder) => fs.existsSync(join(root, folder, "package.json")))
    .sort();
}

function readJson(file) {
  return JSON.parse(fs.readFileSync(join(root, file), "utf8"));
}

/** Runs a program with its output on stderr; returns when it succeeded or a signal stopped us. */
function run(command, args) {
  if (stoppedBy !== undefined) return;
  const env = {
    ...process.env,
    CI: "true", // no questions
    npm_config_prefer_offline: "true", // else npm asks the registry, for a minute when offline
    npm_config_update_notifier: "false",
  };
  delete env.NODE_ENV; // "production" would leave out the compiler and the test runner
  delete env.npm_config_loglevel; // `npm run --silent` should still say why it failed
  return new Promise((resolve, reject) => {
    const shell = command === "npm" && process.platform === "win32";
    installer = spawn(command, args, { cwd: root, env, shell, stdio: ["ignore", 2, 2] });
    installer.once("error", reject);
    installer.once("exit", (code) => {
      if (code === 0 || stoppedBy !== undefined) resolve();
      else
        reject(
          new Error(
            "\nThe installation failed; the reason stands above. It needs npm and its registry " +
              "once;\nafter that everything works offline. The same command again continues it.",
          ),
        );
    });
  });
}

/**
 * Runs `work` while no other process of this checkout does. The lock is a folder, whose making is
 * atomic on every file system; its owner keeps its time fresh, so that a lock left behind by a
 * killed process is told from a live one, also from inside another container.
 */
async function underLock(work) {
  const owner = `${process.pid}-${Date.now()}`;
  let told = false;
  while (stoppedBy === undefined && !(await takeLock(owner))) {
    if (!told) process.stderr.write("Waiting for another installation of k8s-netsim …\n");
    told = true;
    await pause(200);
  }
  const heartbeat = setInterval(() => touch(lockFolder), lockStaleAfterMs / 5);
  try {
    await work();
  } finally {
    clearInterval(heartbeat);
    if (ownerOfLock() === owner) fs.rmSync(lockFolder, { recursive: true, force: true });
  }
}

async function takeLock(owner) {
  fs.mkdirSync(dirname(lockFolder), { recursive: true });
  try {
    fs.mkdirSync(lockFolder);
    fs.writeFileSync(join(lockFolder, owner), "");
  } catch (error) {
    if (error.code !== "EEXIST" && error.code !== "ENOENT") throw error;
    if (isStale(lockFolder)) fs.rmSync(lockFolder, { recursive: true, force: true });
    return false;
  }
  await pause(100); // two that found the same stale lock: only the last to make it stays its owner
  return ownerOfLock() === owner;
}

function ownerOfLock() {
  try {
    return fs.readdirSync(lockFolder)[0];
  } catch {
    return undefined;
  }
}

function isStale(folder) {
  const stat = fs.statSync(folder, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > lockStaleAfterMs;
}

function touch(folder) {
  const now = new Date();
  fs.utimes(folder, now, now, () => {}); // gone: another took it for stale, and it is not ours
}

function pause(durationMs) {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
