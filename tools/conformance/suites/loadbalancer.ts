import { layer2Announcer, layer2Order, targetShares } from "@k8s-netsim/k8s-model/data-plane";
import { differences } from "../compare.ts";
import { judge, type SplitRecord, type Suite } from "../suite.ts";

interface Election {
  readonly ip: string;
  readonly candidates: readonly string[];
  readonly preferenceScores?: Readonly<Record<string, number>>;
  readonly order?: readonly string[];
  readonly announcer?: string | null;
}

interface Row {
  readonly targetsInZoneA: number;
  readonly targetsInZoneB: number;
  readonly perTargetPercentCrossZoneOn: number;
  readonly perTargetPercentCrossZoneOffA: number | null;
  readonly perTargetPercentCrossZoneOffB: number | null;
}

type Input = { readonly election: Election } | { readonly row: Row };

export const loadbalancer: Suite<Input> = {
  name: "loadbalancer",
  about: "who announces an address by layer 2, and shares of a balancer's targets over two zones",
  wholeRecord: true,
  split: splitTables,
  run(input) {
    return judge(
      "election" in input ? electionDifferences(input.election) : rowDifferences(input.row),
    );
  },
};

/** One object with both tables; anything else is not of this shape. */
function splitTables(text: string): readonly SplitRecord[] | undefined {
  let file: {
    readonly metallbL2?: { readonly vectors?: readonly Election[] };
    readonly awsCrossZone?: { readonly rows?: readonly Row[] };
  };
  try {
    file = JSON.parse(text);
  } catch {
    return undefined;
  }
  const elections = file.metallbL2?.vectors ?? [];
  const rows = file.awsCrossZone?.rows ?? [];
  if (elections.length + rows.length === 0) return undefined;
  return [
    ...elections.map((election) => ({
      id: `layer 2 ${election.ip} among ${election.candidates.join(" ")}`,
      input: { election },
    })),
    ...rows.map((row) => ({
      id: `zones with ${row.targetsInZoneA} and ${row.targetsInZoneB} targets`,
      input: { row },
    })),
  ];
}

function electionDifferences({
  order,
  announcer,
  ...asked
}: Election): ReturnType<typeof differences> {
  const election = {
    ip: asked.ip,
    candidates: asked.candidates,
    preferenceScores: new Map(Object.entries(asked.preferenceScores ?? {})),
  };
  return differences(
    { announcer: announcer ?? null, ...(order === undefined ? {} : { order }) },
    {
      announcer: layer2Announcer(election) ?? null,
      ...(order === undefined ? {} : { order: layer2Order(election) }),
    },
  );
}

function rowDifferences(row: Row): ReturnType<typeof differences> {
  const { targetsInZoneA: a, targetsInZoneB: b } = row;
  const targetZones = [...new Array<number>(a).fill(0), ...new Array<number>(b).fill(1)];
  const on = targetShares({ targetZones, frontEnds: 2, crossZone: true });
  const off = targetShares({ targetZones, frontEnds: 2, crossZone: false });
  return differences(
    {
      on: row.perTargetPercentCrossZoneOn,
      a: row.perTargetPercentCrossZoneOffA,
      b: row.perTargetPercentCrossZoneOffB,
    },
    {
      on: percent(on[0]),
      a: percent(a > 0 ? off[0] : undefined),
      b: percent(b > 0 ? off[a] : undefined),
    },
  );
}

/** As the rows are printed: percent with four digits. */
function percent(share: number | undefined): number | null {
  return share === undefined ? null : Math.round(share * 1e6) / 1e4;
}
