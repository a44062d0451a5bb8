/** Why a run is refused, for a terminal. Pure. */
import type { ClauseId } from "#clauses";
import { CLAUSES } from "#clauses";
import type { Objection, Word } from "./assess.ts";
import type { Certificate } from "./schema.ts";

/** A line for each clause and word, and one that counts them. */
export function refusalText(objections: readonly Objection[], profile: string): string {
  const lines = objections.map((o) => lineOf(o));
  const words = new Map<Word, number>();
  for (const { word } of objections) words.set(word, (words.get(word) ?? 0) + 1);
  const counts = [...words].map(([word, n]) => `${n} ${word}`).join(", ");
  return `${[...lines, `refused: no certificate for ${profile} (${counts})`].join("\n")}\n`;
}

function lineOf({ clause, word, said }: Objection): string {
  const [first] = said;
  const place = first === undefined ? "" : whereOf(first);
  const more = said.length > 1 ? ` (and ${said.length - 1} more)` : "";
  return oneLine(`${word.padEnd(14)} ${nameOf(clause)}  ${place}${more}`);
}

const nameOf = (clause: ClauseId | null): string => (clause === null ? "" : `${clause} (${CLAUSES[clause].level})`);

/** The case, or the rule and the case whose capture shows it; the frame there; and why. */
function whereOf({ by, in: shown, frame, why }: Objection["said"][number]): string {
  const place = [
    by,
    ...(shown !== undefined && shown !== by ? [`in ${shown}`] : []),
    ...(frame === undefined ? [] : [`frame ${frame}`]),
  ];
  return why === "" ? place.join(" ") : `${place.join(" ")}: ${why}`;
}

/** What a device sent may hold anything; a terminal must not obey it. */

export const oneLine = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").trimEnd();

/** Why nothing can be certified of a folder that is not what was judged. */
export function damageText(lines: readonly string[], profile: string): string {
  const told = lines.map(oneLine);
  return `${[...told, `refused: no certificate for ${profile} (the run's folder is not what was judged: ${lines.length})`].join("\n")}\n`;
}

/** What page one counts, in one line. */
export function countsText({ counts, remarks }: Pick<Certificate, "counts" | "remarks">): string {
  const sum = (key: Exclude<keyof Certificate["counts"][number], "document">): number =>
    counts.reduce((all, one) => all + one[key], 0);
  const held = sum("pass") + sum("remark");
  return (
    `clauses:     ${sum("mandatory")} mandatory: ${held} shown, ${sum("notApplicable")} not applicable, ${sum("notExercised")} not exercised; ` +
    `${remarks.length} remarks; ${sum("notShown")} judged by nothing, ${sum("outside")} left to other profiles`
  );
}

/** 1 where something failed; 2 where something could not be told, or was not tried. */
export function exitCodeOfRefusal(objections: readonly Objection[]): 1 | 2 {
  return objections.some((o) => o.word === "fail") ? 1 : 2;
}
