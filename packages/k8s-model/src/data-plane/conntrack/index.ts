export {
  type CleanedService,
  ConntrackCleaner,
  changeNeedsCleaning,
  type TrackedFlow,
} from "./cleaner.ts";
