// The scenario endpointslice-churn once, with as many nodes and pods as the arguments say. The last
// line is JSON: seconds of the rolling update and of everything, mebibytes at the most, API writes.
import { DEFAULT_CHURN, runChurn } from "@k8s-netsim/k8s-model/scenario";

const [nodes, pods] = process.argv.slice(2).map(Number) as [number, number];
const beganMs = performance.now();
let phaseBeganMs = beganMs;
let rollSeconds = 0;
const { phases } = runChurn(
  { ...DEFAULT_CHURN, nodes, pods, seed: "benchmark" },
  {
    phaseEnded({ name }) {
      const nowMs = performance.now();
      if (name === "rolling update") rollSeconds = (nowMs - phaseBeganMs) / 1000;
      phaseBeganMs = nowMs;
    },
  },
);
const allSeconds = (performance.now() - beganMs) / 1000;
const mebibytes = process.resourceUsage().maxRSS / 1024;
const writes = phases.reduce((sum, { apiWrites }) => sum + apiWrites, 0);
process.stdout.write(`${JSON.stringify({ rollSeconds, allSeconds, mebibytes, writes })}\n`);
