// A worker thread cannot start from TypeScript: this entry teaches it to, then loads the real one.
import { register } from "tsx/esm/api";

register();
const { default: work } = await import("./worker.ts");
export default work;
