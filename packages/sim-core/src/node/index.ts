export {
  mergeResultsFiles,
  ResultsFile,
  readResultsFile,
  writeResultsFile,
} from "./results-file.ts";
export { type RunInWorkersOptions, runInWorkers, type WorkerProgress } from "./run-in-workers.ts";
