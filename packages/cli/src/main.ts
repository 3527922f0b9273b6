#!/usr/bin/env node
import { runProgram } from "./command-line/program.ts";
import { COMMANDS } from "./commands/index.ts";

// Whoever reads may have read enough (`| head`): files and exit code still count.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await runProgram(COMMANDS, process.argv.slice(2));
