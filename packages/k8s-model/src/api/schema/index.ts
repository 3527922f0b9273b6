export { type DecodeOptions, type ShapeProblem, type Steps, shapeProblems } from "./decode.ts";
export { type KindInfo, kindInfo, type SimulatedKind } from "./kinds.ts";
