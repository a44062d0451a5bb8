/** RFC 1661 §6.1: the Maximum-Receive-Unit, which each end asks for itself and the other observes. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  authentication,
  between,
  data,
  echoReply,
  ending,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { lcp as lcpPacket } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;

/** A reply to a request for that MRU, of those that RFC 1661 §5 has. */
const replies = (id: number, mru: number) =>
  [
    lcp("Configure-Ack", { "lcp.id": id, "lcp.option.mru": mru }),
    lcp("Configure-Nak", { "lcp.id": id, "lcp.option.mru": present }),
    lcp("Configure-Reject", { "lcp.id": id, "lcp.option.mru": mru }),
  ] as const;

/** What the device makes of the MRU that the reference PPP of the bench asks for. */
const ANSWER = packet("answer about the MRU", {
  "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"),
  "lcp.option.mru": present,
});

conformance(
  {
    id: "rfc1661-0101",
    clause: CLAUSES["RFC1661-6.1-07"],
    clauses: [CLAUSES["RFC1661-5.1-03"]],
    story: "a very small MRU is acknowledged, naked with another or rejected, but never left without a reply",
    params: [{ mru: 0 }, { mru: 1 }, { mru: 63 }, { mru: 127 }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(8, [{ type: "mru", value: params.mru }]));
    await climb(must(anyOf(...replies(8, params.mru)), "RFC1661-6.1-07"));
  },
);

conformance(
  {
    id: "rfc1661-0102",
    clause: CLAUSES["RFC1661-6.1-05"],
    story: "an MRU above 1500 is acknowledged, naked or rejected, since nobody has to use it",
    params: [{ mru: 1501 }, { mru: 2048 }, { mru: 65535 }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(8, [{ type: "mru", value: params.mru }]));
    await climb(must(anyOf(...replies(8, params.mru)), "RFC1661-6.1-05"));
  },
);

conformance(
  {
    id: "rfc1661-0103",
    clause: CLAUSES["RFC1661-5.3-04"],
    story: "whoever takes the MRU that the device's Nak names, or leaves out what it rejects, gets Configure-Ack",
    params: [{ mru: 64 }, { mru: 576 }, { mru: 65535 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    call.begin(caller, gateway, { ppp: { mru: params.mru, requestDefaults: true, acceptMru: { min: 1, max: 65535 } } });
    await climb(must(lcp("Configure-Ack"), "RFC1661-5.3-04"));
  },
);

conformance(
  {
    id: "rfc1661-0104",
    clause: CLAUSES["RFC1661-6.1-04"],
    version: 2,
    story:
      "with the bench's MRU acknowledged the device sends nothing longer: the reply to a long ping comes in pieces, or not",
    params: [{ mru: 576 }, { mru: 1000 }],
  },
  async ({ bench, climb, note, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const pieces = data({ "inner.ip.length": between(20, params.mru) });
    allow(...LINK, pieces);
    call.begin(caller, gateway, { ppp: { mru: params.mru } });
    const answer = await note(may(ANSWER, "RFC1661-6.1-04"));
    if (answer?.text("lcp.code") !== "Configure-Ack") return;
    await call.ipOpened();
    // A long ping that is lost shows nothing: the way must carry short ones before.
    await call.carries();
    call.ping(8, 1);
    await climb(given(echoReply({ "inner.icmp.id": 8, "inner.icmp.seq": 1 })));
    call.ping(7, 1, 1200);
    await silence(never(data({ "inner.ip.length": between(params.mru + 1, 65535) }), "RFC1661-6.1-04"));
  },
);

conformance(
  {
    id: "rfc1661-0105",
    version: 2,
    clause: CLAUSES["RFC1661-6.1-03"],
    clauses: [CLAUSES["RFC1661-6.1-06"]],
    story:
      "without the option the MRU is 1500 of information: the reply to a ping of 1500 octets comes back, none of it longer",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, data({ "inner.ip.length": between(20, 1500) }));
    await call.openIp(caller, gateway);
    await call.carries();
    // 1460 octets leave room for a device whose own MRU has L2TP's headers taken off.
    call.ping(7, 1, 1460 - 28);
    await climb(given(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 })));
    call.ping(7, 2, 1500 - 28);
    // A reply in fragments is as good: its first one has the ICMP header.
    const reply = data({ "inner.ip.length": between(20, 1500), "inner.icmp.type": 0, "inner.icmp.seq": 2 });
    await climb(must(reply, "RFC1661-6.1-03"));
  },
);

conformance(
  {
    id: "rfc1661-0106",
    clause: CLAUSES["RFC1661-6-02"],
    story: "an MRU option of a wrong Length gets Configure-Nak with Length 4, and never Configure-Ack",
    params: [{ octets: 1 }, { octets: 3 }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcp("Configure-Request"), ending);
    await climb(given(lcp("Configure-Request")));
    call.send(
      lcpPacket.configureRequest(8, [{ type: 1, octets: Uint8Array.of(5, 0xdc, 0).subarray(0, params.octets) }]),
    );
    const nak = lcp("Configure-Nak", { "lcp.id": 8, "lcp.option.mru.length": 4 });
    const reject = lcp("Configure-Reject", { "lcp.id": 8, "lcp.options": "mru" });
    await climb(should(nak, "RFC1661-6-02").or(reject, "rejected instead of naked with the right Length"));
  },
);
