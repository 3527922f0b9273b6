import { expect, test } from "vitest";
import {
  type ClientSpec,
  callOrder,
  compileTraffic,
  type TrafficSpec,
} from "../../src/traffic/index.ts";

const NOTHING: TrafficSpec = { clients: [], calls: [], servers: [], defaults: {} };
const WEB = { service: "default/web", port: 80 };
const USERS: ClientSpec = { name: "users", to: WEB, load: { mode: "open", rateHz: 10 } };

function compiled(spec: Partial<TrafficSpec>): () => unknown {
  return () => compileTraffic({ ...NOTHING, ...spec }, ["default/Deployment/web"]);
}

test("a negative rate is refused by client and field", () => {
  const load = { mode: "open", rateHz: -5 } as const;
  expect(compiled({ clients: [{ ...USERS, load }] })).toThrowErrorMatchingInlineSnapshot(`
    [TrafficInputError: Client "users": rate is -5.
      Fix: give 0 or more.   [impossible-traffic]]
  `);
});

test.each([
  [{ clients: [{ ...USERS, load: { mode: "closed", users: 0 } as const }] }, "users is 0"],
  [{ clients: [{ ...USERS, requestBytes: Number.NaN }] }, "requestBytes is NaN"],
  [{ clients: [{ ...USERS, retryBudget: { ratio: -1 } }] }, "retryBudget.ratio is -1"],
  [
    { clients: [{ ...USERS, connection: { kind: "keep-alive", connections: 0.5 } as const }] },
    "connection.connections is 0.5",
  ],
  [{ servers: [{ workload: "default/Deployment/web", workers: 0 }] }, "workers is 0"],
  [{ servers: [{ workload: "default/Deployment/web", cores: 0 }] }, "cores is 0"],
  [{ defaults: { timeoutNs: -1 } }, "timeout is -1"],
] satisfies [Partial<TrafficSpec>, string][])(
  "numbers that cannot be are refused: %j",
  (spec, text) => {
    expect(compiled(spec)).toThrow(text);
  },
);

test("calls that go round in a circle are named, with the way round", () => {
  const keys = ["default/Deployment/a", "default/Deployment/b"];
  const plan = compileTraffic(
    {
      ...NOTHING,
      calls: [
        { from: keys[0] as string, to: { service: "default/b", port: 80 } },
        { from: keys[1] as string, to: { service: "default/a", port: 80 } },
      ],
    },
    keys,
  );
  expect(() => callOrder(plan, (port) => [port === 0 ? 1 : 0])).toThrow(
    "default/Deployment/a -> default/Deployment/b -> default/Deployment/a",
  );
});
