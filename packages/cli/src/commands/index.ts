import type { CommandSpec } from "../command-line/option.ts";
import { explain } from "./explain.ts";
import { importTraffic } from "./import-traffic.ts";
import { list } from "./list.ts";
import { run } from "./run.ts";
import { trace } from "./trace.ts";
import { whatIf } from "./what-if.ts";

/** Every command, in the order in which help shows them. */
export const COMMANDS: readonly CommandSpec[] = [whatIf, importTraffic, run, list, explain, trace];
