/** What a caller lets the machine send behind its own messages takes its place in the numbering and in the session. */
import { expect, test } from "vitest";
import { avpOf } from "#wire/l2tp/avp";
import { message } from "#wire/l2tp/message";
import { Pair } from "./pair.ts";

const none = { crcErrors: 0, framingErrors: 0, hardwareOverruns: 0, bufferOverruns: 0, timeoutErrors: 0 };

test("WEN goes behind ICCN, with the next Ns and to the peer's session", () => {
  const wen = message("WEN", avpOf("callErrors", { ...none, alignmentErrors: 1 }));
  const pair = new Pair({ lac: { followUps: { ICCN: [wen] } } });
  pair.connect();
  const [iccn, follower] = [pair.last("lac", "ICCN"), pair.last("lac", "WEN")];
  expect(follower.header.ns).toBe((iccn.header.ns ?? 0) + 1);
  expect(follower.header.sessionId).toBe(iccn.header.sessionId);
});

test("a request for a call has no session in its header yet", () => {
  const request = message("OCRQ", avpOf("assignedSessionId", 7), avpOf("callSerialNumber", 1));
  const pair = new Pair({ lns: { followUps: { ICRP: [request] } } });
  pair.connect();
  expect(pair.last("lns", "ICRP").header.sessionId).not.toBe(0);
  expect(pair.last("lns", "OCRQ").header.sessionId).toBe(0);
});
