import { isAbsolute, relative } from "node:path";
import type { CaseResult } from "#expect/verdict";
import type { RunInfo } from "./run-folder.ts";

/** The two lines that bring a result back. */
export interface Commands {
  /** Runs this case alone, as it was run. */
  readonly run: string;
  /** Judges its archived capture again; needs no lab. */
  readonly judge: string;
}

export function commandsFor(c: Pick<CaseResult, "id" | "role">, info: RunInfo, runDir: string): Commands {
  const strict = info.strict ? ["--strict"] : [];
  const baseline = info.baseline === undefined ? [] : ["--baseline", info.baseline];
  const only = ["--case", c.id, "--role", c.role];
  return {
    run: line("run", "--lab", info.labFile, ...only, "--seed", String(info.seed), ...strict, ...baseline),
    judge: line("judge", fromHere(runDir), ...only),
  };
}

function line(...words: readonly string[]): string {
  return ["npx", "l2tpspec", ...words].map(quoted).join(" ");
}

/** Quoted for a POSIX shell where it needs to be. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Paths below the working directory are shorter without it, and go on working on another machine. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.startsWith("..") || isAbsolute(short) ? path : short;
}
