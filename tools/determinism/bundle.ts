import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** The part of vite that a bundle needs. It comes with vitest, so it is found from there. */
interface Vite {
  build(config: object): Promise<unknown>;
}

/**
 * Bundles a TypeScript module for the browser, as one ES module that needs nothing else. Fails
 * where the module reaches for Node.
 */
export async function bundle(entry: string): Promise<string> {
  const fromVitest = createRequire(createRequire(import.meta.url).resolve("vitest/package.json"));
  const { build } = (await import(pathToFileURL(fromVitest.resolve("vite")).href)) as Vite;
  const built = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["k8s-netsim-source", "browser", "module", "import", "default"] },
    build: {
      write: false,
      target: "es2023",
      minify: false,
      lib: { entry, formats: ["es"], fileName: "bundle" },
    },
  });
  const code = firstChunk(built);
  const node = /from\s*["'](node:[^"']+)["']|__vite-browser-external/.exec(code);
  if (node !== null) throw new Error(`${entry} reaches for Node: ${node[1] ?? "a built-in"}`);
  return code;
}

function firstChunk(built: unknown): string {
  const outputs = [built].flat() as { output: { type: string; code: string }[] }[];
  const chunk = outputs[0]?.output.find(({ type }) => type === "chunk");
  if (chunk === undefined) throw new Error("the bundle is empty");
  return chunk.code;
}
