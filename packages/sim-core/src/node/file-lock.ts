import { open, readFile, rm } from "node:fs/promises";
import { SimulationError } from "../errors/index.ts";

/**
 * Keeps a second process off a file of results: `FILE.lock` holds the owner's process number. A
 * lock whose owner is gone (killed) is taken over. Gives the function that releases it.
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(lock, "wx");
      await handle.writeFile(`${process.pid}\n`);
      await handle.close();
      return () => rm(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number.parseInt(await readFile(lock, "utf8").catch(() => ""), 10);
    if (attempt >= 3 || isAlive(owner)) throw inUse(path, owner);
    await rm(lock, { force: true });
  }
}

function isAlive(processNumber: number): boolean {
  if (!(processNumber > 0)) return false;
  try {
    process.kill(processNumber, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function inUse(path: string, owner: number): SimulationError {
  return new SimulationError(
    "results-in-use",
    { path, owner },
    `${path} is being written by process ${owner}.`,
    `Wait for it, or write elsewhere. If no such process runs, delete ${path}.lock.`,
  );
}
