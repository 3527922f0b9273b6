import {
  type ApiAnswer,
  answerRequest,
  type KubeObject,
  kindInfo,
  type ServerChoices,
  type ServiceRanges,
  storedObject,
} from "@k8s-netsim/k8s-model/api";
import { differences } from "../compare.ts";
import { judge, notComparable, type Suite } from "../suite.ts";

interface Input {
  readonly kind: string;
  readonly op: "create" | "update";
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  readonly manifest?: KubeObject;
  readonly text?: string;
  readonly existing?: KubeObject;
}

interface Output {
  readonly accepted: boolean;
  readonly causes?: readonly { readonly field: string | null }[];
  readonly strict?: readonly string[];
  /** Go's path of a value of the wrong type. */
  readonly field?: string | null;
}

/** The server that the vectors were recorded on. */
const SERVICE_FAMILIES = ["IPv4", "IPv6"] as const;
const RANGES: ServiceRanges = {
  serviceCIDRs: ["10.96.0.0/16", "fd00:96::/112"],
  nodePorts: [30_000, 32_767],
  // The Service of the API server itself.
  takenAddresses: ["10.96.0.1"],
};

export const manifestValidation: Suite<Input, Output> = {
  name: "manifest_validation",
  about: "accepted or not, and the first field that the API server names",
  allowance: 0.05,
  run(input, output, record) {
    if (kindInfo(input.kind) === undefined) return notComparable(`${input.kind} is not simulated`);
    const body = input.text ?? (input.manifest === undefined ? "" : record.textOf(input.manifest));
    const { kind, fieldValidation } = input;
    const existing = input.existing && stored(input.existing);
    const answer = answerRequest(
      { kind, fieldValidation, body, ...(existing === undefined ? {} : { existing }) },
      { serviceFamilies: SERVICE_FAMILIES, serviceRanges: RANGES },
    );
    return judge(differences(expectation(output), summary(answer)));
  },
};

function stored(object: KubeObject): KubeObject {
  let count = 0;
  const next = (): number => {
    count += 1;
    return count;
  };
  const choices: ServerChoices = {
    address: (family) => (family === "IPv4" ? `10.96.200.${next()}` : `fd00:96::c8:${next()}`),
    nodePort: () => 31_000 + next(),
    healthCheckPort: () => 31_000 + next(),
    nameSuffix: () => "abcde",
  };
  return storedObject(object, { serviceFamilies: SERVICE_FAMILIES, choices }) as KubeObject;
}

interface Summary {
  readonly accepted: boolean;
  readonly first: string | null;
}

function expectation(output: Output): Summary {
  const first = output.causes?.[0]?.field ?? output.strict?.[0] ?? output.field ?? null;
  return { accepted: output.accepted, first: first === "" ? null : first };
}

function summary(answer: ApiAnswer): Summary {
  if (answer.accepted) return { accepted: true, first: null };
  const first = answer.causes?.[0]?.field ?? answer.strict?.[0] ?? answer.goField ?? null;
  return { accepted: false, first: first === "" ? null : first };
}
