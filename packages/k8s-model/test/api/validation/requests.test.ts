import { describe, expect, test } from "vitest";
import {
  type ApiAnswer,
  type ApiRequest,
  answerRequest,
  type KubeObject,
  storedObject,
} from "../../../src/api/index.ts";
import { vectors } from "../vectors.ts";

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly note: string;
  readonly fieldValidation: ApiRequest["fieldValidation"];
  readonly body: string;
  readonly existing?: KubeObject;
  readonly accepted: boolean;
  readonly first: string | null;
}

const server = {
  serviceFamilies: ["IPv4", "IPv6"],
  serviceRanges: {
    serviceCIDRs: ["10.96.0.0/16", "fd00:96::/112"],
    nodePorts: [30_000, 32_767],
    takenAddresses: ["10.96.0.1"],
  },
} as const;

const choices = {
  address: (family: "IPv4" | "IPv6") => (family === "IPv4" ? "10.96.200.1" : "fd00:96::c8:1"),
  nodePort: () => 31_999,
  healthCheckPort: () => 31_998,
  nameSuffix: () => "abcde",
};

function firstField(answer: ApiAnswer): string | null {
  if (answer.accepted) return null;
  return answer.causes?.[0]?.field || answer.strict?.[0] || answer.goField || null;
}

describe("a request is answered as the API server answers it", () => {
  test.each(vectors<Vector>("manifest-validation"))("$id $kind: $note", (vector) => {
    const { kind, body, fieldValidation, existing } = vector;
    const stored = existing && (storedObject(existing, { choices }) as KubeObject);
    const answer = answerRequest(
      { kind, body, fieldValidation, ...(stored === undefined ? {} : { existing: stored }) },
      server,
    );
    expect({ accepted: answer.accepted, first: firstField(answer) }).toEqual({
      accepted: vector.accepted,
      first: vector.first,
    });
  });
});
