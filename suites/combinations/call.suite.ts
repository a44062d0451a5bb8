/** Whole calls in which every two options of a tunnel, a session and a link meet at least once; every packet is judged. */
import { CLAUSES } from "#clauses";
import { everyPairAnd } from "#fixtures/combinations";
import { type Call, type CaseContext, conformance } from "#conformance";
import { given, must } from "#expect/ladder";
import {
  authentication,
  echoReply,
  echoReplyInPieces,
  echoed,
  IN_PIECES,
  lastPiece,
  ipcpNegotiation,
  lcpNegotiation,
  otherNcps,
} from "#expect/matchers";
import { avpOf } from "#peer/script";

const INFORMATION = CLAUSES["RFC1661-2-06"];
/** Octets of a ping's IP and ICMP header. */
const PING_HEADERS = 28;
/** Octets of a ping that fits every path: no fragment of the tunnel's own packets. */
const LONGEST = 1372;

/** What one row says of the call; a bench that is the LNS is called, and has no port to choose. */
const OPTIONS = {
  auth: ["pap", "chap"],
  mru: [1500, 1400, 576],
  pfc: [false, true],
  acfc: [false, true],
  /** FF 03 in front of every frame, or only where the device's ACFC does not excuse it. */
  ff03: ["always", "as agreed"],
  sequenced: [false, true],
  window: [1, 4, 65535],
  length: [false, true],
} as const;

/** All AVPs of the bench that may be hidden are, each message behind a Random Vector of its own (RFC 2661 §4.3). */
const HIDDEN = "hidden";
const NEEDS_OF_HIDDEN = { [HIDDEN]: "hidden-avps" } as const;

type Row = ReturnType<typeof everyPairAnd<typeof OPTIONS, typeof HIDDEN>>[number];
const STORY = "a call with these options comes up, carries pings from the shortest to the longest, and answers an echo";

conformance(
  {
    id: "combinations-0001",
    version: 3,
    clause: INFORMATION,
    clauses: [CLAUSES["RFC2661-4.3-06"]],
    needs: ["lns", "pap", "chap"],
    rowNeeds: NEEDS_OF_HIDDEN,
    params: everyPairAnd({ ...OPTIONS, port: ["1701", "another"] }, HIDDEN),
    story: STORY,
  },
  async (context) => {
    const { sequenced, window, port, hidden } = context.params;
    const tunnel = await context.bench.open({
      hides: hidden,
      avps: [avpOf("receiveWindowSize", window)],
      ...(port === "1701" && { port: 1701 }),
    });
    const call = await tunnel.call({ iccn: sequenced ? [avpOf("sequencingRequired", true)] : [] });
    await carry(context, call, context.params);
  },
);

conformance(
  {
    id: "combinations-0002",
    version: 4,
    clause: INFORMATION,
    clauses: [CLAUSES["RFC2661-4.3-06"]],
    needs: ["lac", "pap", "chap"],
    rowNeeds: NEEDS_OF_HIDDEN,
    params: everyPairAnd(OPTIONS, HIDDEN),
    story: STORY,
  },
  async (context) => {
    const { window, hidden } = context.params;
    const tunnel = await context.bench.open({ hides: hidden, avps: [avpOf("receiveWindowSize", window)] });
    await carry(context, await tunnel.call(), context.params);
  },
);

/** The link on the call, and data through it. */
async function carry(
  { climb, allow, caller, gateway }: CaseContext<Row>,
  call: Call,
  { auth, mru, pfc, acfc, ff03, sequenced, length }: Row,
): Promise<void> {
  call.sequenced = sequenced;
  call.withLength = length;
  allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps);
  const addressControl = ff03 === "always" ? "always" : true;
  await call.openIp(caller, gateway, { auth, ppp: { mru, pfc, acfc, addressControl } });
  await call.carries();
  for (const [seq, data] of [0, Math.min(mru - PING_HEADERS, LONGEST)].entries()) {
    call.ping(7, seq, data);
    const reply = { "inner.icmp.id": 7, "inner.icmp.seq": seq, "inner.ip.length": PING_HEADERS + data };
    const answer = await climb(must(echoReply(reply), INFORMATION.id).or(echoReplyInPieces(reply), IN_PIECES));
    if (answer.field("inner.ip.moreFragments")?.value === true)
      await climb(must(lastPiece(answer.number("inner.ip.id")), INFORMATION.id));
  }
  call.ask(9);
  await climb(given(echoed(9, call.id)));
}
