export { type Fault, FaultError, scheduleFaults } from "./fault.ts";
