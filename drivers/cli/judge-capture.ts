/** `l2tpspec judge FILE`: what the rules say of every end in a capture, whoever recorded it. */
import { readFileSync } from "node:fs";
import type { CaptureJudgement, JudgedEnd } from "#fixtures/judge-capture";
import type { SharedSecrets } from "#expect/observer/proofs";
import type { RuleTally } from "#expect/verdict";

export interface JudgeCaptureOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
  /** What the ends share. */
  readonly secrets?: SharedSecrets | undefined;
}

/** 0 where no end fails a rule, 1 where one does, 2 where there is nothing to judge. */
export async function judgeFile(file: string, o: JudgeCaptureOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ judgeCapture }, { findingsOf }, { CaptureError }, { Misuse }] = await Promise.all([
    import("#fixtures/judge-capture"),
    import("#expect/trace"),
    import("#capture/record"),
    import("#fixtures/misuse"),
  ]);
  let judged: CaptureJudgement;
  try {
    judged = judgeCapture(new Uint8Array(readFileSync(file)), {
      strict: o.strict ?? false,
      secrets: o.secrets,
    });
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    throw new Misuse({ file, expected: "a capture (pcap or pcapng)", found: error.message });
  }
  const { ends, frames, tunnels, others, framesFor } = judged;
  if (o.json === true) out.write(`${JSON.stringify({ frames, tunnels, others, ends }, null, 2)}\n`);
  else {
    out.write(`${file}: ${frames} frames, ${tunnels} tunnels, ${others} frames of no tunnel\n`);
    for (const end of ends) {
      out.write(`\n${summaryOf(end)}\n${proofsOf(end)}`);
      const text = findingsOf(end.rules, framesFor(end.end));
      if (text !== "") out.write(`\n${text}`);
    }
  }
  if (ends.length === 0) {
    if (o.json !== true) out.write("no packet of L2TP version 2: nothing could be judged\n");
    return 2;
  }
  return ends.some((end) => end.rules.some((rule) => outcome(rule) === "fail")) ? 1 : 0;
}

function summaryOf({ end, sent, roles, rules }: JudgedEnd): string {
  const count = (what: string): number => rules.filter((rule) => outcome(rule) === what).length;
  const role = roles.length === 0 ? "role unknown" : roles.map((r) => r.toUpperCase()).join(" and ");
  return (
    `${end} (${role}) sent ${sent} frames: ${count("fail")} rules fail, ${count("remark")} remarks, ` +
    `${count("pass")} hold, ${count("not exercised")} not exercised`
  );
}

/** A line for each kind of proof and what it came to, with the frames. */
function proofsOf({ proofs }: JudgedEnd): string {
  const frames = new Map<string, number[]>();
  for (const { frame, what, found, reason } of proofs) {
    const key = `${what} ${found}: ${reason}`;
    frames.set(key, [...(frames.get(key) ?? []), frame]);
  }
  return [...frames].map(([key, nos]) => `  ${key} (${listed(nos)})\n`).join("");
}

const LISTED = 10;

function listed(nos: readonly number[]): string {
  const shown = nos.slice(0, LISTED).map((no) => `#${no}`);
  return [...shown, ...(nos.length > LISTED ? [`and ${nos.length - LISTED} more`] : [])].join(" ");
}

function outcome({ framesJudged, findings }: RuleTally): "fail" | "remark" | "pass" | "not exercised" {
  if (findings.some((f) => f.verdict === "fail")) return "fail";
  if (findings.length > 0) return "remark";
  return framesJudged > 0 ? "pass" : "not exercised";
}
