import { defineConfig } from "vitest/config";

const conditions = ["k8s-netsim-source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions: [...conditions, "node", "import", "default"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "scenarios/**/*.test.ts", "tools/**/*.test.ts"],
    setupFiles: ["tools/property-seed.ts"],
    testTimeout: 60_000,
    // Files share their modules: loading the model anew for each costs more than most of them take.
    isolate: false,
  },
});
