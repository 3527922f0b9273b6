#!/usr/bin/env node
import { runProgram } from "./command-line/program.ts";
import { COMMANDS } from "./commands/index.ts";

process.exitCode = await runProgram(COMMANDS, process.argv.slice(2));
