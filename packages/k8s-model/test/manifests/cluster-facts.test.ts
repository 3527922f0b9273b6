import { expect, test } from "vitest";
import { clusterFacts, readManifests } from "../../src/manifests/index.ts";

function factsOf(...items: readonly unknown[]) {
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const facts = clusterFacts(readManifests([{ file: "c.json", text }]).objects);
  return {
    version: facts.kubernetesVersion?.value,
    proxy: facts.proxyMode?.value,
    cidrs: facts.serviceCIDRs?.value,
    provider: facts.provider?.value,
    codes: facts.diagnostics.map(({ code }) => code),
  };
}

const node = (name: string, kubeletVersion: string, providerID?: string) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name },
  spec: { providerID },
  status: { nodeInfo: { kubeletVersion } },
});
const proxyConfig = (mode: string, name = "kube-proxy", key = "config.conf") => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "kube-system" },
  data: {
    [key]: `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ${mode}\n`,
  },
});
const proxyPods = (command: readonly string[]) => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "kube-proxy", namespace: "kube-system" },
  spec: { template: { spec: { containers: [{ name: "kube-proxy", command }] } } },
});

test("an input that shows nothing of the cluster gives no facts", () => {
  expect(factsOf()).toEqual({
    version: undefined,
    proxy: undefined,
    cidrs: undefined,
    provider: undefined,
    codes: [],
  });
});

test("the version is the lowest among the nodes, and a mixture is said", () => {
  expect(factsOf(node("a", "v1.33.1-gke.100")).version).toBe("1.33");
  expect(factsOf(node("a", "v1.33.1"), node("b", "v1.9.4-eks-1"), node("c", "?"))).toMatchObject({
    version: "1.9",
    codes: ["mixed-kubernetes-versions"],
  });
});

test("the provider is read from the nodes' providerID", () => {
  expect(factsOf(node("a", "", "aws:///eu-west-1a/i-1")).provider).toBe("aws");
  expect(factsOf(node("a", "", "gce://p/z/n")).provider).toBe("gcp");
  expect(factsOf(node("a", "", "azure:///subscriptions/x")).provider).toBe("azure");
  expect(factsOf(node("a", "", "kind://docker/x")).provider).toBeUndefined();
});

test("the proxy mode is read from its ConfigMap first, then from its arguments", () => {
  expect(factsOf(proxyConfig("nftables")).proxy).toBe("nftables");
  expect(factsOf(proxyConfig('""')).proxy).toBe("iptables");
  expect(factsOf(proxyConfig("ipvs", "kube-proxy-config", "config")).proxy).toBe("ipvs");
  expect(factsOf(proxyPods(["kube-proxy", "--proxy-mode=ipvs"])).proxy).toBe("ipvs");
  expect(
    factsOf(proxyPods(["sh", "-c", "kube-proxy --v=2 --proxy-mode nftables 1>>/var/log"])).proxy,
  ).toBe("nftables");
  expect(factsOf(proxyPods(["--proxy-mode=ipvs"]), proxyConfig("iptables")).proxy).toBe("iptables");
  expect(factsOf(proxyConfig("userspace"))).toMatchObject({
    proxy: undefined,
    codes: ["unknown-proxy-mode"],
  });
});

test("a proxy that replaces kube-proxy is warned about", () => {
  const cilium = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "cilium-config", namespace: "kube-system" },
    data: { "kube-proxy-replacement": "true" },
  };
  expect(factsOf(cilium).codes).toEqual(["proxy-replaced"]);
});

test("Service ranges are read from ServiceCIDR objects or the API server's arguments", () => {
  const range = {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name: "kubernetes" },
    spec: { cidrs: ["10.96.0.0/12", "fd00::/108"] },
  };
  expect(factsOf(range).cidrs).toEqual(["10.96.0.0/12", "fd00::/108"]);
  const server = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "kube-apiserver-a", namespace: "kube-system" },
    spec: {
      containers: [
        { name: "c", command: ["kube-apiserver", "--service-cluster-ip-range=10.0.0.0/16"] },
      ],
    },
  };
  expect(factsOf(server).cidrs).toEqual(["10.0.0.0/16"]);
});
