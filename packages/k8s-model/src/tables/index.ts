export { readCsv } from "./csv.ts";
export {
  type Field,
  isCsvTable,
  isDocumentTable,
  readTable,
  type TableRecord,
  type TableShape,
} from "./table.ts";
export { dayNumber, instantSeconds } from "./time.ts";
export { writeCsv } from "./write-csv.ts";
