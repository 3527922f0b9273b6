import { combinations, labelOf, labelsOf, type Parameters, type Variations } from "./grid.ts";
import { MetricRecord } from "./metric-columns.ts";
import { exactOutcome, judgeAll, type NamedClaim, type Outcome, outcomeOf } from "./outcome.ts";
import type { ScenarioRunOptions } from "./run-scenario.ts";
import type { Study, StudyChart } from "./study.ts";
import type { StudyTable } from "./study-table.ts";

/** What one combination of a study's parameters yielded. */
export interface StudyConfiguration extends Outcome {
  readonly id: string;
  readonly label: string;
  readonly parameters: Parameters;
  readonly tables: readonly StudyTable[];
  readonly charts: readonly StudyChart[];
}

export interface StudyAnswer {
  readonly study: Study;
  readonly replications: number;
  readonly configurations: readonly StudyConfiguration[];
  readonly expectations: readonly NamedClaim[];
  /** The study's own sentence; absent where it has none. */
  readonly sentence?: string;
  readonly warnings: readonly string[];
}

interface MeasuredStudy extends Pick<StudyConfiguration, "tables" | "charts"> {
  readonly parameters: Parameters;
  readonly record: MetricRecord;
}

/**
 * Runs every combination of a study's parameters, each replication under one seed for all.
 *
 * @throws ScenarioParameterError where a parameter or a value asked for does not exist
 */
export async function runStudy(study: Study, options: ScenarioRunOptions): Promise<StudyAnswer> {
  const { definition, name } = study;
  const quick = options.quick === true ? (definition.quick ?? {}) : {};
  const exact = definition.replications === "exact";
  const replications = exact
    ? 1
    : (options.replications ?? quick.replications ?? (definition.replications as number));
  const grid = combinations({
    name,
    vary: { ...definition.vary, ...quick.vary } as Variations,
    choices: definition.choices ?? {},
    ranges: definition.ranges ?? {},
    asked: options.parameters ?? new Map(),
  });
  const warnings = new Set<string>();
  const measured: MeasuredStudy[] = [];
  const total = grid.length * replications;
  let done = 0;
  for (const parameters of grid) {
    const record = new MetricRecord();
    let shown: Pick<StudyConfiguration, "tables" | "charts"> = { tables: [], charts: [] };
    for (let replication = 0; replication < replications; replication++) {
      const run = await definition.run(parameters, {
        seed: `${options.seed}/${replication}`,
        quick: options.quick === true,
        check: options.check === true,
        progress: (share) => options.onProgress?.(done + Math.min(1, share), total),
      });
      record.add(run.values);
      for (const warning of run.warnings ?? []) warnings.add(warning);
      if (replication === 0) shown = { tables: run.tables ?? [], charts: run.charts ?? [] };
      options.onProgress?.(++done, total);
    }
    measured.push({ parameters, record, ...shown });
  }
  const labels = labelsOf(grid, definition.vary);
  const configurations = measured.map(({ parameters, record, tables, charts }, index) => {
    const id = labelOf(parameters) || "as defined";
    const label = labels[index] ?? id;
    const first = measured[0]?.record.columns;
    const outcome = exact ? exactOutcome(record.columns, first) : outcomeOf(record.columns, first);
    return { id, label, parameters, tables, charts, ...outcome };
  });
  const results = configurations.map(({ parameters, metrics }) => ({
    parameters,
    values: Object.fromEntries([...metrics].map(([metric, { mean }]) => [metric, mean])),
  }));
  return {
    study,
    replications,
    configurations,
    expectations: judgeAll(definition, configurations),
    warnings: [...warnings],
    ...(definition.answer === undefined ? {} : { sentence: definition.answer(results) }),
  };
}
