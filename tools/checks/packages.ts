// Packs the packages as they would be published, judges the tarballs, and uses them as a stranger
// would: installed into an empty project, the README's example type-checked and run, the command
// asked for help.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertPrinted, examplesOf } from "./markdown.ts";
import { mustRun, root, runChecks, withTemporaryFolder } from "./workspace.ts";

const names = ["sim-core", "k8s-model", "reports", "cli"];
const bin = join(root, "node_modules", ".bin");
const compiler = join(root, "node_modules/typescript/bin/tsc");

function* checks(work: string): Generator<readonly [string, () => void]> {
  const tarballs = join(work, "tarballs");
  const project = join(work, "project");
  const tarball = (name: string) => join(tarballs, `k8s-netsim-${name}-${version(name)}.tgz`);

  let built = false;
  const build = () => {
    mustRun(process.execPath, [compiler, "-b", ...folders()]);
    built = true;
  };
  yield ["the packages build", build];
  if (!built) return; // the rest would fail for the same reason, or speak of an older build
  for (const name of names) {
    yield [`${name} packs`, () => pack(name, tarballs)];
    yield [`${name}: publint`, () => mustRun(join(bin, "publint"), [tarball(name), "--strict"])];
    yield [
      `${name}: types resolve`,
      () => mustRun(join(bin, "attw"), [tarball(name), "--profile", "esm-only", "--no-emoji"]),
    ];
    yield [`${name}: no machine's path inside`, () => assertNoPaths(tarball(name))];
  }
  yield ["an empty project installs them", () => install(project, names.map(tarball))];
  yield ["the README's example runs there", () => runExample(project)];
  for (const command of ["k8s-netsim", "kubectl-netsim"]) {
    yield [`${command} --help`, () => assertHelps(project, command)];
  }
}

function version(name: string): string {
  return JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")).version;
}

function folders(): readonly string[] {
  return names.map((name) => join(root, "packages", name));
}

function pack(name: string, destination: string): void {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const pnpm = join(root, ".cache", packageManager, "node_modules/pnpm/bin/pnpm.cjs");
  const ours = existsSync(pnpm); // not where somebody has installed with a pnpm of their own
  const command = ours ? [process.execPath, pnpm] : ["npx", "--yes", packageManager];
  const [program = "", ...first] = command;
  mkdirSync(destination, { recursive: true });
  mustRun(program, [...first, "pack", "--pack-destination", destination], {
    cwd: join(root, "packages", name),
    shell: onWindows && !ours,
  });
}

function assertNoPaths(tarball: string): void {
  const text = mustRun("tar", ["-xzOf", tarball]);
  if (text.includes(root)) throw new Error(`The package holds the path ${root}`);
  if (/workspace:/.test(text)) throw new Error("The package still names workspace: versions");
}

function install(project: string, tarballs: readonly string[]): void {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  const options = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  mustRun("npm", ["install", ...options, ...tarballs], { cwd: project, shell: onWindows });
}

const onWindows = process.platform === "win32";

function runExample(project: string): void {
  const example = examplesOf("README.md").find(({ language }) => language === "ts");
  if (example === undefined) throw new Error("README.md shows no ts example");
  writeFileSync(join(project, "example.ts"), example.text);
  const strict = ["--strict", "--module", "nodenext", "--target", "es2023", "--outDir", "out"];
  mustRun(process.execPath, [compiler, ...strict, "example.ts"], { cwd: project });
  const printed = mustRun(process.execPath, ["out/example.js"], { cwd: project });
  assertPrinted(example, printed);
}

function assertHelps(project: string, command: string): void {
  const commands = join(project, "node_modules", ".bin");
  if (!readdirSync(commands).includes(command)) throw new Error(`no ${command} is installed`);
  const text = mustRun(join(commands, command), ["--help"], { cwd: project, shell: onWindows });
  if (!text.includes("what-if")) throw new Error(`--help does not name what-if:\n${text}`);
}

withTemporaryFolder((work) => runChecks(checks(work)));
