/** `l2tpspec judge FILE`: what the rules say of every end in a capture, whoever recorded it. */
import { readFileSync } from "node:fs";
import type { CaptureJudgement, JudgedEnd } from "#fixtures/judge-capture";
import type { RuleTally } from "#expect/verdict";

export interface JudgeCaptureOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
  /** Opens the AVPs that an end hid. */
  readonly tunnelSecret?: Uint8Array | undefined;
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
      tunnelSecret: o.tunnelSecret,
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
      out.write(`\n${summaryOf(end)}\n`);
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

function outcome({ framesJudged, findings }: RuleTally): "fail" | "remark" | "pass" | "not exercised" {
  if (findings.some((f) => f.verdict === "fail")) return "fail";
  if (findings.length > 0) return "remark";
  return framesJudged > 0 ? "pass" : "not exercised";
}
