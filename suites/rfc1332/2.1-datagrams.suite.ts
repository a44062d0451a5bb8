/** RFC 1332 §2.1: IPv4 packets in PPP frames, one in each. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must, should } from "#expect/ladder";
import {
  authentication,
  between,
  data,
  echoReply,
  ipcpNegotiation,
  lcpNegotiation,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { concat, echoPacket, frame, PPP } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;

conformance(
  {
    id: "rfc1332-0110",
    clause: CLAUSES["RFC1332-2.1-02"],
    story: "what is longer than the bench's MRU comes in fragments that are not: the reply to a ping of 1460 octets",
    params: [{ mru: 1400 }, { mru: 576 }],
  },
  async ({ bench, climb, note, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, data({ "inner.ip.length": between(20, params.mru) }));
    call.begin(caller, gateway, { ppp: { mru: params.mru } });
    // A device without the option, or with another value in mind, observes nothing.
    const codes = oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject");
    const ofMru = packet("answer about the MRU", { "lcp.code": codes, "lcp.option.mru": present });
    if ((await note(may(ofMru, "RFC1332-2.1-02")))?.text("lcp.code") !== "Configure-Ack") return;
    await call.ipOpened();
    await call.carries();
    call.ping(7, 1, 1460 - 28);
    const piece = { "inner.ip.moreFragments": true, "inner.ip.length": between(28, params.mru) };
    await climb(should(data(piece), "RFC1332-2.1-02"));
  },
);

conformance(
  {
    id: "rfc1332-0111",
    clause: CLAUSES["RFC1332-2.1-04"],
    story: "octets behind the Total Length of an IPv4 packet are padding: the ping is answered as without them",
    params: [{ octets: 1 }, { octets: 40 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    await call.carries();
    const { local, remote } = call.addresses;
    const ping = echoPacket("request", local, remote, 7, 1);
    call.send(frame(PPP.IP, concat(ping, new Uint8Array(params.octets))));
    const reply = { "inner.icmp.id": 7, "inner.icmp.seq": 1, "inner.ip.length": ping.length };
    await climb(must(echoReply(reply), "RFC1332-2.1-04"));
  },
);
