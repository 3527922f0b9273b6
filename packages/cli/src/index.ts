export { runProgram } from "./command-line/program.ts";
export { COMMANDS } from "./commands/index.ts";
