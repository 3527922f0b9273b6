// The boundaries of ARCHITECTURE.md, checked by `npm run boundaries`. A rule here is a promise of
// the design: where one is in the way, the design is to be changed first.
const model = "^packages/k8s-model/src";
const kubernetesRooms =
  "(api|store|control-plane|data-plane|cluster|traffic|faults|manifests|scenario)";

/** `from` may not reach `to`, types included. */
function never(name, comment, from, to) {
  return { name, comment, severity: "error", from, to };
}

export default {
  forbidden: [
    never("no-cycles", "Two files that need each other are one idea.", {}, { circular: true }),
    never("no-lost-imports", "An import resolves.", {}, { couldNotResolve: true }),
    never(
      "no-undeclared-packages",
      "A package is used where its manifest names it; dev dependencies stay out of products.",
      { path: "^packages/[^/]+/src" },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    ),
    never(
      "no-deep-imports",
      "Across packages only through the names that a package exports.",
      { path: "^(packages/[^/]+)/" },
      { path: "^packages/", pathNot: "^$1/", dependencyTypes: ["local"] },
    ),
    never(
      "public-entries-only",
      "Scenarios, notebooks and benchmarks use what every user can use.",
      { path: "^(scenarios|notebooks|benchmarks)/" },
      { path: "^packages/", dependencyTypes: ["local"] },
    ),
    never(
      "products-know-no-workshop",
      "No product code imports tools, scenarios, notebooks, benchmarks or tests.",
      { path: "^packages/[^/]+/src" },
      { path: "^(scenarios|notebooks|benchmarks|tools)/|/test/" },
    ),
    never(
      "kernel-knows-no-kubernetes",
      "sim-core imports no other package of ours.",
      { path: "^packages/sim-core/src" },
      { path: "^packages/(?!sim-core/)" },
    ),
    never(
      "model-imports-the-kernel-only",
      "k8s-model imports sim-core and nothing else of ours.",
      { path: model },
      { path: "^packages/(?!sim-core/|k8s-model/)" },
    ),
    never(
      "reports-see-results-only",
      "reports imports no package of ours: what it shows is data.",
      { path: "^packages/reports/src" },
      { path: "^packages/(?!reports/)" },
    ),
    never(
      "runs-in-a-browser",
      "The kernel and the model import nothing of Node; only sim-core/node does.",
      { path: "^packages/(sim-core|k8s-model)/src", pathNot: "^packages/sim-core/src/node/" },
      { dependencyTypes: ["core"] },
    ),
    never(
      "node-stays-outside",
      "Only sim-core/node imports sim-core/node, so that the main entry runs in a browser.",
      { path: "^packages/(sim-core|k8s-model)/src", pathNot: "^packages/sim-core/src/node/" },
      { path: "^packages/sim-core/src/node/" },
    ),
    never(
      "api-is-a-leaf",
      "Kubernetes' kinds and their rules import address arithmetic and no other room.",
      { path: `${model}/api/` },
      { path: `${model}/(?!api/|address/)` },
    ),
    never(
      "address-is-a-leaf",
      "Address arithmetic imports no other room.",
      { path: `${model}/address/` },
      { path: `${model}/(?!address/)` },
    ),
    never(
      "topology-knows-no-kind",
      "Distances, round trips and prices are about places, not about Kubernetes objects.",
      { path: `${model}/topology/` },
      { path: `${model}/${kubernetesRooms}/` },
    ),
    never(
      "control-plane-and-data-plane-meet-in-the-store",
      "A controller does not look at a node's view.",
      { path: `${model}/control-plane/` },
      { path: `${model}/data-plane/` },
    ),
    never(
      "data-plane-and-control-plane-meet-in-the-store",
      "A node's view comes from watches, not from a controller.",
      { path: `${model}/data-plane/` },
      { path: `${model}/control-plane/` },
    ),
    never(
      "store-below-its-users",
      "The store knows objects and cursors, nobody who reads them.",
      { path: `${model}/store/` },
      { path: `${model}/(control-plane|data-plane|cluster|traffic|faults|manifests|scenario)/` },
    ),
    never(
      "traffic-sees-one-interface",
      "Traffic sees the data plane through its own Network interface.",
      { path: `${model}/traffic/` },
      { path: `${model}/(store|control-plane|data-plane|cluster|faults|scenario)/` },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|coverage|out|fixtures)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["k8s-netsim-source", "import", "types", "node", "default"],
      extensions: [".ts", ".mjs", ".js", ".json", ".d.ts"],
    },
  },
};
