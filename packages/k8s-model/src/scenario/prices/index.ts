export { readPrices } from "./price-file.ts";
export { isDate as isPriceDate } from "./schema.ts";
