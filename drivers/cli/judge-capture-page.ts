/** `l2tpspec judge FILE --html OUT`: what was said of a capture, as a page that stands alone. */
import { basename } from "node:path";
import type { CaptureJudgement } from "#fixtures/judge-capture";
import type { CapturePointer } from "#reports/capture-picture";
import { capturePage } from "#reports/capture-html";
import { TunnelPictures } from "#reports/capture-picture";
import { ConversationSorter } from "#capture/conversation";
import { endOf, readAgain } from "#fixtures/judge-capture-survey";
import { VERSION } from "#fixtures/root";

/** Findings of a rule that are shown at their frames; the table counts the others. */
const SHOWN = 5;

/** Reads the capture once more for the frames that are shown. */
export function capturePageOf(file: string, judged: CaptureJudgement, notes: readonly string[]): string {
  const { source, survey } = judged.reading();
  const pictures = new TunnelPictures(pointersOf(judged), survey.lens);
  const sorter = new ConversationSorter(survey.lens, { keepFrames: false });
  readAgain(source, survey.foresight, (frame) => {
    const tunnel = sorter.take(frame);
    if (tunnel !== undefined) pictures.take(frame, tunnel.no, tunnel.senderOf(frame));
  });
  const byNo = new Map(sorter.conversations.map((c) => [c.no, c]));
  const tunnels = pictures.tunnels.map((tunnel) => {
    const c = byNo.get(tunnel.no)!;
    return { ...tunnel, initiator: endOf(c, "initiator"), responder: endOf(c, "responder"), calls: c.sessions.length };
  });
  const { frames, others, ends } = judged;
  return capturePage({ file: basename(file), tool: `l2tpspec ${VERSION}`, frames, others, ends, tunnels, notes });
}

function pointersOf({ ends }: CaptureJudgement): ReadonlyMap<number, readonly CapturePointer[]> {
  const pointers = new Map<number, CapturePointer[]>();
  for (const { end, rules } of ends)
    for (const { id, findings } of rules)
      for (const finding of findings.slice(0, SHOWN)) {
        if (finding.frame === null) continue;
        const same = pointers.get(finding.frame) ?? [];
        same.push({ end, rule: id, finding });
        pointers.set(finding.frame, same);
      }
  return pointers;
}
