/** The one text of a case: its trace, and behind it what the device said of its own accord and over its command line. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file that is attached as it is, or a text that is made of two. */
export type CaseText = { readonly name: string; readonly what: string | Buffer };

const HEAD = "the device while the case ran: what was asked over its command line and answered, and its own log";

/** `dir` is the case's folder. Undefined where neither is there. */
export function caseText(dir: string): CaseText | undefined {
  const trace = join(dir, "trace.txt");
  const log = join(dir, "device.log");
  if (!existsSync(log)) return existsSync(trace) ? { name: "trace", what: trace } : undefined;
  const said = `${HEAD}\n\n${readFileSync(log, "utf8")}`;
  const traced = existsSync(trace) ? `${readFileSync(trace, "utf8")}\n` : "";
  return { name: "trace and device log", what: Buffer.from(traced + said) };
}
