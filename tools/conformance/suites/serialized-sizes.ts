import {
  frameBytes,
  type KubeObject,
  type SerializedSizes,
  serializedSizes,
} from "@k8s-netsim/k8s-model/api";
import { differences } from "../compare.ts";
import { judge, notComparable, type Suite } from "../suite.ts";

interface Input {
  readonly kind: string;
  readonly object: KubeObject;
}

const EVENTS = ["ADDED", "MODIFIED", "DELETED"] as const;

export const serializedSizesSuite: Suite<Input, Readonly<Record<string, number>>> = {
  name: "serialized_sizes",
  about: "bytes of an EndpointSlice or Endpoints object: message, protobuf, JSON, watch frames",
  fields: ["input.kind", "input.object", "output.protobuf"],
  run({ kind, object }, output) {
    if (kind !== "EndpointSlice" && kind !== "Endpoints") {
      return notComparable(`sizes of ${kind} are derived, not measured`);
    }
    return judge(differences(output, numbersOf(serializedSizes(object))));
  },
};

function numbersOf(sizes: SerializedSizes): Record<string, number> {
  const numbers: Record<string, number> = {
    protobufMessageOnly: sizes.message,
    protobuf: sizes.protobuf,
    json: sizes.json,
  };
  for (const type of EVENTS) {
    numbers[`watch_protobuf_${type}`] = frameBytes(sizes, type, "protobuf");
    numbers[`watch_json_${type}`] = frameBytes(sizes, type, "json");
  }
  return numbers;
}
