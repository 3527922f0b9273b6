import { type KubeObject, kindInfo, storedObject } from "@k8s-netsim/k8s-model/api";
import { differences } from "../compare.ts";
import { judge, notComparable, type Suite } from "../suite.ts";

interface Input {
  readonly source: string;
  readonly manifest: KubeObject;
}

export const manifestDefaulting: Suite<Input, object> = {
  name: "manifest_defaulting",
  about: "the stored form of a created object, with symbols for what the server chooses",
  run({ manifest }, output) {
    if (kindInfo(manifest.kind) === undefined)
      return notComparable(`${manifest.kind} is not simulated`);
    const stored = storedObject(manifest, { serviceFamilies: ["IPv4", "IPv6"] });
    return judge(differences(output, stored));
  },
};
