/** `l2tpspec baseline`: the known deviations of a device, to read, and to bring up to what a run has shown. */
import type { Command } from "commander";
import type { BaselineEntry } from "#reports/baseline";
import type { BaselineChanges, Shown } from "#reports/baseline-update";
import { asWritable } from "./writable.ts";

export interface ShowOptions {
  readonly json?: boolean;
}

export interface UpdateOptions {
  readonly baseline?: string;
  readonly write?: boolean;
  /** `TEXT` for all new entries, or `ID=TEXT` for those of one case or rule. */
  readonly reason: readonly string[];
  readonly firmware?: string;
  readonly json?: boolean;
}

export function addBaseline(program: Command): void {
  const command = program
    .command("baseline")
    .description("the known deviations of a device: read them, bring them up to a run");
  command
    .command("show")
    .description("list the entries of a baseline: clause, case, role, reason, last day")
    .argument("<file>", "the baseline")
    .option("--json", "as JSON")
    .action(async (file: string, options: ShowOptions) => {
      await show(file, options, process.stdout);
    });
  command
    .command("update")
    .description("show what a run would change of its device's baseline, and change it with --write")
    .argument("<run>", "the run's folder")
    .option("--baseline <file>", "the baseline, which need not exist yet (default: the device's own)")
    .option("--write", "write the baseline, and the evidence of new and changed entries beside it")
    .option(
      "--reason <text>",
      "why new entries are put up with: TEXT for all, ID=TEXT for one case or rule (again for more)",
      gathered,
      [],
    )
    .option("--firmware <text>", "the firmware that the baseline is for (default: the run's, where it knows it)")
    .option("--json", "print the changes as JSON")
    .action(async (run: string, options: UpdateOptions) => {
      await update(run, options, process.stdout);
    });
}

const gathered = (text: string, before: readonly string[]): readonly string[] => [...before, text];

export async function show(file: string, o: ShowOptions, out: NodeJS.WritableStream): Promise<void> {
  const { loadBaseline } = await import("#reports/baseline");
  const { file: _, ...baseline } = loadBaseline(file);
  if (o.json === true) {
    out.write(`${JSON.stringify(baseline, null, 2)}\n`);
    return;
  }
  const { device, firmware, entries } = baseline;
  const lines = entries.flatMap((e) => [
    `${titleOf(e)}${e.expires === null ? "" : `, until ${e.expires}`}`,
    `    ${flat(e.reason)}`,
  ]);
  const link = entries.filter((e) => e.link !== null).length;
  const sum = `${entries.length} known ${entries.length === 1 ? "deviation" : "deviations"}, ${link} with a link`;
  out.write(
    [...lines, `${device}, ${firmware === "" ? "any firmware" : `firmware ${firmware}`}: ${sum}`, ""].join("\n"),
  );
}

/** Prints what would change, or what was changed. Misuse, with nothing written, where a new entry lacks its reason. */
export async function update(run: string, o: UpdateOptions, out: NodeJS.WritableStream): Promise<void> {
  const [
    { existsSync },
    { Misuse },
    { firmwareOf, loadBaseline, ownBaseline },
    updates,
    files,
    { readRunInfo },
    { readResults },
  ] = await Promise.all([
    import("node:fs"),
    import("#fixtures/misuse"),
    import("#reports/baseline"),
    import("#reports/baseline-update"),
    import("#reports/baseline-files"),
    import("#reports/run-folder"),
    import("#reports/sink"),
  ]);
  if (o.baseline === "none") throw new Misuse({ field: "--baseline", expected: "a file", found: "none" });
  const info = readRunInfo(run);
  const file = o.baseline ?? ownBaseline(info.device);
  const before = existsSync(file) ? loadBaseline(file, info.device) : undefined;
  const changes = updates.changesOf(before, info, readResults(run));
  const firmware = o.firmware ?? firmwareOf(info) ?? before?.firmware ?? "";
  const heads = { file, isNew: before === undefined, firmware: { before: before?.firmware ?? null, after: firmware } };
  const isChange = newsIn(changes) > 0 || (before !== undefined && firmware !== before.firmware);
  const given = reasonsIn(o.reason);
  const ids = [...new Set(changes.added.map((s) => s.entry.id))];
  const lacking = ids.filter((id) => (given.byId.get(id) ?? given.forAll) === undefined);
  const stranger = [...given.byId.keys()].find((id) => !ids.includes(id));
  if (stranger !== undefined)
    throw new Misuse({ field: "--reason", expected: "the id of a new entry before the =", found: stranger });

  const writes = o.write === true && isChange;
  if (o.json !== true) out.write(changesText(heads, changes));
  if (writes && lacking.length > 0)
    throw new Misuse({
      field: "--reason",
      expected: "a reason for each new entry (TEXT for all, or ID=TEXT)",
      found: `none for ${lacking.join(", ")}`,
    });
  if (writes) {
    const next = updates.updated({ device: info.device, firmware }, changes, {
      folder: files.evidenceFolderOf(file),
      order: before?.entries ?? [],
      reasonOf: (id) => given.byId.get(id) ?? given.forAll ?? "",
    });
    asWritable("--baseline", file, () => files.writeBaseline(file, next, files.caseFolders(run)));
  }
  out.write(
    o.json === true
      ? `${JSON.stringify({ ...heads, ...jsonOf(changes), lacking, written: writes }, null, 2)}\n`
      : endText(),
  );

  function endText(): string {
    if (writes) return `written: ${file}\n`;
    if (!isChange) return "nothing to write: no entry comes, goes or changes by this run\n";
    const reasons = lacking.length === 0 ? "" : `, with --reason for ${lacking.join(", ")}`;
    return `nothing was written: --write does it${reasons}\n`;
  }
}

const newsIn = ({ added, dropped, changed }: BaselineChanges): number => added.length + dropped.length + changed.length;

/** Ids end with a number: a reason may have an equals sign of its own. */
function reasonsIn(options: readonly string[]): {
  readonly forAll: string | undefined;
  readonly byId: ReadonlyMap<string, string>;
} {
  const byId = new Map<string, string>();
  let forAll: string | undefined;
  for (const option of options) {
    const [, id, text] = /^([a-z][\w.-]*-\d+)=(.*)$/s.exec(option) ?? [];
    const words = (text ?? option).trim();
    // An empty reason is none.
    if (words === "") continue;
    if (id === undefined) forAll = words;
    else byId.set(id, words);
  }
  return { forAll, byId };
}

interface Heads {
  readonly file: string;
  readonly isNew: boolean;
  readonly firmware: { readonly before: string | null; readonly after: string };
}

function changesText({ file, isNew, firmware }: Heads, c: BaselineChanges): string {
  const moved = firmware.before !== null && firmware.before !== firmware.after;
  return [
    `${file}${isNew ? " (new)" : ""}`,
    ...(moved ? [`~ firmware: was ${JSON.stringify(firmware.before)}, is ${JSON.stringify(firmware.after)}`] : []),
    ...c.added.flatMap(({ entry, shownBy }) => [`+ ${titleOf(entry)} in ${shownBy}`, ...wordsOf(entry)]),
    ...c.dropped.flatMap((e) => [`- ${titleOf(e)}: it passed`, `    expected ${flat(e.expected)}`]),
    ...c.changed.flatMap(({ before, now }) => [
      `~ ${titleOf(before)} in ${now.shownBy}`,
      `    was ${flat(before.actual)}`,
      `    is  ${flat(now.entry.actual)}`,
    ]),
    ...c.expired.map((e) => `! ${titleOf(e)}: it shows, and counted until ${e.expires ?? ""}`),
    `${c.added.length} added, ${c.dropped.length} dropped, ${c.changed.length} changed, ${c.kept.length} as they are` +
      ` (${c.unseen.length} of them neither shown nor refuted by this run)`,
    "",
  ].join("\n");
}

function wordsOf({ expected, actual }: Shown["entry"]): readonly string[] {
  return [`    expected ${flat(expected)}`, `    actual   ${flat(actual)}`];
}

/** `RFC2661-5.8-02 fail rfc2661-0512 lns` */
function titleOf({ clause, verdict, id, role }: Pick<BaselineEntry, "clause" | "verdict" | "id" | "role">): string {
  return `${clause} ${verdict} ${id} ${role}`;
}

/** One line, and nothing that a terminal would obey: the words may be the device's. */
function flat(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ");
}

function jsonOf({ added, dropped, changed, expired, kept, unseen }: BaselineChanges): Record<string, unknown> {
  return { added, dropped, changed, expired, kept: kept.length, unseen: unseen.length };
}
