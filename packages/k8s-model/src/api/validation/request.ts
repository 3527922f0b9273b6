import type { KubeObject } from "../meta.ts";
import { type ShapeProblem, shapeProblems } from "../schema/decode.ts";
import { child, copyOf, type Fields, field, isFields, text } from "../schema/fields.ts";
import { type KindInfo, kindInfo } from "../schema/kinds.ts";
import { type RequestBody, readRequestBody } from "../schema/request-body.ts";
import { podAdmissionProblem } from "./admission.ts";
import type { Cause } from "./cause.ts";
import { ruleCauses, type ValidationOptions } from "./validate.ts";

/** A request to the API server that creates an object or replaces one. */
export interface ApiRequest {
  /** The kind that the URL names. */
  readonly kind: string;
  /** The namespace that the URL names; `default` unless given. */
  readonly namespace?: string;
  /** JSON text as sent. */
  readonly body: string;
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  /** The stored object that is replaced; absent when one is created. */
  readonly existing?: KubeObject;
}

/** What the API server answers. */
export type ApiAnswer =
  | { readonly accepted: true; readonly code: 200 | 201 }
  | {
      readonly accepted: false;
      readonly code: 400 | 403 | 422 | 500;
      readonly message: string;
      /** Decoding: `ServicePort.spec.ports.port` (Go's path) of the wrong type. */
      readonly goField?: string;
      /** Strict decoding: `unknown:spec.foo`, `duplicate:spec.ports[0].port`. */
      readonly strict?: readonly string[];
      readonly causes?: readonly Cause[];
    };

/**
 * Answers a request as the API server of Kubernetes 1.36 does with its default admission plugins:
 * decoding, namespace and name, admission, allocation of addresses and ports, validation.
 */
export function answerRequest(request: ApiRequest, options: ValidationOptions = {}): ApiAnswer {
  const info = kindInfo(request.kind);
  const body = readRequestBody(request.body);
  if (info === undefined) return bad(`kind ${request.kind} is not simulated`);
  if (body === undefined) return bad("the body is not JSON");
  // Go's decoder takes null for an object without fields.
  const given = body.value ?? {};
  if (!isFields(given)) return bad("the body is not an object");
  const object: Fields = copyOf(given);
  const wrongKind = kindProblem(object, info);
  if (wrongKind !== undefined) return bad(wrongKind);
  object.kind = info.kind;
  object.apiVersion = info.apiVersion;

  const misshapen = decode(object, info, body, request.fieldValidation);
  if (misshapen !== undefined) return misshapen;
  const mismatch = identityProblem(object, info, request);
  if (mismatch !== undefined) return bad(mismatch);
  if (info.kind === "Pod" && request.existing === undefined) {
    const problem = podAdmissionProblem(object);
    if (problem !== undefined) return { accepted: false, code: 403, message: problem };
  }
  const { existing } = request;
  const rules = existing === undefined ? options : { ...options, existing };
  const { causes } = ruleCauses(object as KubeObject, info.kind, rules);
  if (causes.length === 0) return { accepted: true, code: existing === undefined ? 201 : 200 };
  const internal = causes[0]?.reason === "InternalError";
  return {
    accepted: false,
    code: internal ? 500 : 422,
    message: `${info.kind} "${text(child(object, "metadata"), "name")}" is invalid`,
    causes,
  };
}

function bad(message: string): ApiAnswer {
  return { accepted: false, code: 400, message };
}

function kindProblem(object: Fields, info: KindInfo): string | undefined {
  const kind = field(object, "kind");
  const apiVersion = field(object, "apiVersion");
  const named = (value: unknown, wanted: string) =>
    value === undefined || value === "" || value === wanted;
  if (named(kind, info.kind) && named(apiVersion, info.apiVersion)) return undefined;
  return `${String(apiVersion)} ${String(kind)} is not ${info.apiVersion} ${info.kind}`;
}

function decode(
  object: Fields,
  info: KindInfo,
  body: RequestBody,
  fieldValidation: ApiRequest["fieldValidation"],
): ApiAnswer | undefined {
  const problems = shapeProblems(object, info.kind, { literal: body.literal });
  const wrong = firstWrong(problems);
  if (wrong !== undefined) {
    const answer = bad(`${wrong.field} has the wrong type`);
    return wrong.kind === "type"
      ? { ...answer, accepted: false, code: 400, message: "type error", goField: wrong.goField }
      : answer;
  }
  if (fieldValidation !== "Strict") return undefined;
  const unknown = problems.map((problem) => `unknown:${problem.field}`);
  const strict = [...body.duplicates.map((path) => `duplicate:${path}`), ...unknown];
  if (strict.length === 0) return undefined;
  return { accepted: false, code: 400, message: "strict decoding error", strict };
}

/** A value that cannot be parsed at all stops the decoder; of wrong types the first one is told. */
function firstWrong(
  problems: readonly ShapeProblem[],
): Exclude<ShapeProblem, { kind: "unknown" }> | undefined {
  const wrong = problems.filter((problem) => problem.kind !== "unknown");
  return wrong.find((problem) => problem.kind !== "type") ?? wrong[0];
}

function identityProblem(object: Fields, info: KindInfo, request: ApiRequest): string | undefined {
  const metadata = child(object, "metadata");
  const namespace = text(metadata, "namespace");
  const expected = info.namespaced ? (request.namespace ?? "default") : "";
  if (namespace !== "" && namespace !== expected) {
    return "the namespace of the object is not that of the request";
  }
  if (request.existing === undefined) return undefined;
  const name = request.existing.metadata.name;
  return text(metadata, "name") === name
    ? undefined
    : "the name of the object is not that of the request";
}
