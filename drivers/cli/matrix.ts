/** `l2tpspec matrix`: every LAC against every LNS that the labs offer, and the harness only watching the wire. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { LabFile } from "#lab/load";
import type { Role } from "#expect/verdict";
import type { Matrix, MatrixCell } from "#reports/matrix-schema";
import { Misuse } from "#fixtures/misuse";
import { VERSION } from "#fixtures/root";
import { Interruption } from "./interruption.ts";
import { listOf } from "./selection.ts";

export interface MatrixOptions {
  readonly labs: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

const LABS = ["embedded", "xl2tpd-lac", "xl2tpd-lns", "l2tpns", "vrp-emulator", "debian-lac", "debian-lns"].map(
  (name) => `fixtures/labs/${name}.yaml`,
);

export function addMatrix(program: Command): void {
  program
    .command("matrix")
    .description("let every LAC of the labs call every LNS, watch the wire between them, and judge both ends (as root)")
    .option("--labs <files>", `lab files, by comma (default: ${LABS.join(",")})`, listOf, LABS)
    .option("--out <dir>", "where the matrix's folder goes", "reports/out")
    .option("--json", "print matrix.json")
    .action(async (options: MatrixOptions) => {
      process.exitCode = await matrix(options, process.stdout);
    });
}

/** 0: every call that could be made shows nothing that the baselines do not know; 1: one does; 2: no cell is full, or cut off. */
export async function matrix(o: MatrixOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ loadLab }, { isRoot }, { tryCell }, { matrixPage }] = await Promise.all([
    import("#lab/load"),
    import("#lab/privilege"),
    import("./matrix-cell.ts"),
    import("#reports/matrix-html"),
  ]);
  isRoot("matrix");
  const labs = o.labs.map((file) => loadLab(file));
  const offered = (role: Role): readonly LabFile[] => labs.filter(({ spec }) => spec.role.includes(role));
  const [lacs, lnss] = [offered("lac"), offered("lns")];
  if (lacs.length === 0 || lnss.length === 0)
    throw new Misuse({
      field: "--labs",
      expected: "a LAC and an LNS among the labs' roles",
      found: `${lacs.length} and ${lnss.length}`,
    });
  const lacking = new Map<LabFile, string | undefined>();
  for (const lab of labs) lacking.set(lab, await lackingFor(lab));
  const startedAt = new Date();
  const dir = join(
    resolve(o.out),
    `${startedAt.toISOString().replace(/[-:]/g, "").replace(/\..*/, "")}-matrix-${process.pid}`,
  );
  mkdirSync(dir, { recursive: true });
  const cells: MatrixCell[] = [];
  const made = (): Matrix => ({
    schema: 1,
    tool: { name: "l2tpspec", version: VERSION },
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    lacs: lacs.map(nameOf),
    lnss: lnss.map(nameOf),
    cells,
  });
  using interruption = new Interruption();
  const { signal } = interruption;
  const isOver = (): boolean => signal.aborted;
  for (const [lac, lns] of lacs.flatMap((lac) => lnss.map((lns) => [lac, lns] as const))) {
    const pair = { lac: lac.spec, lns: lns.spec, lacking: lacking.get(lac) ?? lacking.get(lns) };
    const folder = join(dir, `${lac.spec.device.id}--${lns.spec.device.id}`);
    try {
      cells.push(await tryCell({ ...pair, dir: folder, signal }));
    } catch (error) {
      if (!isOver()) throw error;
    }
    // Whatever ends it, what is known by now stands on disk.
    writeFileSync(join(dir, "matrix.json"), `${JSON.stringify(made(), null, 2)}\n`);
    writeFileSync(join(dir, "matrix.html"), matrixPage(made()));
    if (isOver()) break;
    if (o.json !== true) out.write(`${lineOf(cells.at(-1)!)}\n`);
  }
  if (o.json === true) out.write(`${JSON.stringify(made(), null, 2)}\n`);
  else out.write(`matrix: ${relative(process.cwd(), join(dir, "matrix.html"))}\n`);
  if (interruption.by !== undefined) {
    process.stderr.write(
      `l2tpspec: ended by ${interruption.by} after ${cells.length} of ${lacs.length * lnss.length} cells\n`,
    );
    return 2;
  }
  return exitCodeOf(cells);
}

/** The first thing that the machine lacks for this lab, as `doctor` says it. */
async function lackingFor({ spec }: LabFile): Promise<string | undefined> {
  const [{ diagnose }, { machine }] = await Promise.all([import("./doctor.ts"), import("./machine.ts")]);
  const need = (await diagnose(machine, spec)).lab?.needs.find(({ ok }) => !ok);
  return need === undefined ? undefined : `${spec.name} needs ${need.id}, since ${need.why}: ${need.install}`;
}

const nameOf = ({ spec }: LabFile): Matrix["lacs"][number] => ({ device: spec.device.id, lab: spec.name });

export function exitCodeOf(cells: readonly MatrixCell[]): number {
  const isNew = cells.some(({ calls }) =>
    calls.some(({ ends }) => ends.some(({ fails }) => fails.some((f) => !f.known))),
  );
  if (isNew) return 1;
  return cells.some(({ verdict }) => verdict === "full") ? 0 : 2;
}

function lineOf({ lac, lns, verdict, reason, steps, calls }: MatrixCell): string {
  const head = `${verdict.padEnd(8)} ${lac} calls ${lns}`;
  if (reason !== undefined) return `${head}: ${reason}`;
  const missing = Object.entries(steps).filter(([, step]) => step.is !== "yes");
  const fails = calls.flatMap(({ ends }) => ends.flatMap((end) => end.fails.map((fail) => ({ ...fail, end }))));
  const unknown = fails.filter((fail) => !fail.known);
  return [
    `${head}${fails.length === 0 ? "" : `, ${fails.length - unknown.length} known deviations`}`,
    ...missing.map(([name, { is, text }]) => `           ${name}: ${is}: ${text}`),
    ...unknown.map(
      ({ clause, expected, actual, frame, end }) =>
        `           new: ${end.device} as ${end.role.toUpperCase()}: ${clause}, frame ${frame ?? "?"}: expected ${expected}, found ${actual}`,
    ),
  ].join("\n");
}
