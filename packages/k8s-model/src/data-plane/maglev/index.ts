export { MAGLEV_SIZES, maglevTable } from "./maglev.ts";
