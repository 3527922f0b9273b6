export { fragmentsOf, Reassembly } from "./fragments.ts";
export * from "./packet.ts";
