/** `l2tpspec judge FILE`: what the rules say of every end in a capture, whoever recorded it. */
import type { CaptureJudgement, JudgedEnd } from "#fixtures/judge-capture";
import type { SharedSecrets } from "#expect/observer/proofs";
import { ruleOutcomeOf } from "#expect/verdict";

export interface JudgeCaptureOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
  /** Where the page goes. */
  readonly html?: string;
  /** What the ends share. */
  readonly secrets?: SharedSecrets | undefined;
}

/** 0 where no end fails a rule, 1 where one does, 2 where there is nothing to judge, or not all could be read. */
export async function judgeFile(file: string, o: JudgeCaptureOptions, out: NodeJS.WritableStream): Promise<number> {
  const [{ judgeCapture }, { readCapture }, { findingsOf }, { CaptureError }, { Misuse }] = await Promise.all([
    import("#fixtures/judge-capture"),
    import("#capture/file"),
    import("#expect/trace"),
    import("#capture/record"),
    import("#fixtures/misuse"),
  ]);
  let judged: CaptureJudgement;
  try {
    judged = judgeCapture((sink) => readCapture(file, sink), {
      strict: o.strict ?? false,
      secrets: o.secrets,
    });
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    throw new Misuse({ file, expected: "a capture (pcap or pcapng)", found: error.message });
  }
  const { ends, frames, tunnels, others, met, framesFor } = judged;
  const notes = notesOf(judged);
  if (o.html !== undefined) await writePage(o.html, file, judged, notes);
  if (o.json === true) out.write(`${JSON.stringify({ frames, tunnels, others, met, ends }, null, 2)}\n`);
  else {
    out.write(`${file}: ${frames} frames, ${tunnels} tunnels, ${others} frames of no tunnel\n`);
    for (const note of notes) out.write(`${note}\n`);
    for (const end of ends) {
      out.write(`\n${summaryOf(end)}\n${proofsOf(end)}`);
      const text = findingsOf(end.rules, framesFor(end.end));
      if (text !== "") out.write(`\n${text}`);
    }
    if (o.html !== undefined) out.write(`page: ${o.html}\n`);
  }
  if (ends.some((end) => end.rules.some((rule) => ruleOutcomeOf(rule) === "fail"))) return 1;
  return met.damage === undefined && ends.some((end) => end.sent > end.untold) ? 0 : 2;
}

async function writePage(
  html: string,
  file: string,
  judged: CaptureJudgement,
  notes: readonly string[],
): Promise<void> {
  const [{ capturePageOf }, { writeAtomically }, { asWritable }] = await Promise.all([
    import("./judge-capture-page.ts"),
    import("#reports/files"),
    import("./writable.ts"),
  ]);
  asWritable("--html", html, () => writeAtomically(html, capturePageOf(file, judged, notes)));
}

/** What the reader must know before he believes a verdict, a sentence each. */
function notesOf({ ends, met }: CaptureJudgement): readonly string[] {
  const { damage, cut = 0, reassembled = 0, copies = 0, ipv6 = 0, clockSteps = 0, versions = {}, unread = {} } = met;
  const untold = ends.reduce((sum, end) => sum + end.untold, 0);
  const told: readonly (string | false)[] = [
    ends.length === 0 && "no packet of L2TP version 2: nothing could be judged",
    damage !== undefined && `the file cannot be read to its end (${damage}): what stands before is judged`,
    cut > 0 && `${cut} frames are cut short: what they lack is held against nobody`,
    untold > 0 &&
      `${untold} packets could not be told about: octets or packets of their tunnel or call are missing, or may be`,
    reassembled > 0 && `${reassembled} datagrams were put together from fragments; each has the number of its last`,
    copies > 0 && `${copies} datagrams were seen twice, and count once`,
    clockSteps > 0 && `the clock goes back ${clockSteps} times: of what was going on then nothing is told`,
    ...Object.entries(versions).map(
      ([version, count]) => `${count} packets are of L2TP version ${version}, which is not judged`,
    ),
    ipv6 > 0 && `${ipv6} packets of L2TP came over IPv6, which is not judged`,
    ...Object.entries(unread).map(([type, count]) => `${count} frames are of link type ${type}, which is not read`),
  ];
  return told.filter((note) => note !== false);
}

function summaryOf({ end, sent, untold, roles, rules }: JudgedEnd): string {
  const count = (what: string): number => rules.filter((rule) => ruleOutcomeOf(rule) === what).length;
  const role = roles.length === 0 ? "role unknown" : roles.map((r) => r.toUpperCase()).join(" and ");
  const doubt = untold === 0 ? "" : `, ${untold} of which could not be told about`;
  return (
    `${end} (${role}) sent ${sent} packets${doubt}: ${count("fail")} rules fail, ${count("remark")} remarks, ` +
    `${count("pass")} hold, ${count("not exercised")} not exercised`
  );
}

/** A line for each kind of proof and what it came to, with the frames. */
function proofsOf({ proofs }: JudgedEnd): string {
  const frames = new Map<string, number[]>();
  for (const { frame, what, found, reason } of proofs) {
    const key = `${what} ${found}: ${reason}`;
    const nos = frames.get(key);
    if (nos === undefined) frames.set(key, [frame]);
    else nos.push(frame);
  }
  return [...frames].map(([key, nos]) => `  ${key} (${listed(nos)})\n`).join("");
}

const LISTED = 10;

function listed(nos: readonly number[]): string {
  const shown = nos.slice(0, LISTED).map((no) => `#${no}`);
  return [...shown, ...(nos.length > LISTED ? [`and ${nos.length - LISTED} more`] : [])].join(" ");
}
