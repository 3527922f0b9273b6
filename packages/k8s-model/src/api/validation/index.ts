export type { Cause, CauseReason } from "./cause.ts";
export { type ApiAnswer, type ApiRequest, answerRequest } from "./request.ts";
export type { ServiceRanges } from "./service-request.ts";
export { type Finding, type ValidationOptions, validateObject } from "./validate.ts";
