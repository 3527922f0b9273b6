#!/usr/bin/env node
import { EXIT_CODES, runProgram } from "./command-line/program.ts";
import { COMMANDS } from "./commands/index.ts";

// Whoever reads may have read enough (`| head`): files and exit code still count. An answer that
// cannot be written for another reason must not end like one that was.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") return;
  process.stderr.write(
    `k8s-netsim: the output cannot be written: ${code}.   [unwritable-output]\n`,
  );
  process.exit(EXIT_CODES.badInput);
});
process.stderr.on("error", () => {});

process.exitCode = await runProgram(COMMANDS, process.argv.slice(2));
