/** Call-LNS, the PPP inside: LCP with MRU 1500, PAP or CHAP, the address by IPCP, and a ping through it all. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must } from "#expect/ladder";
import {
  anyOf,
  authentication,
  echoReply,
  echoReplyInPieces,
  IN_PIECES,
  lastPiece,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  oneOf,
  otherNcps,
  packet,
  pap,
  present,
} from "#expect/matchers";
import { ip } from "#peer/script";

const CONFIGURE = oneOf("Configure-Request", "Configure-Ack", "Configure-Nak", "Configure-Reject");

conformance(
  {
    id: "call-lns-0010",
    clause: CLAUSES["RFC1332-3.3-05"],
    needs: ["lns", "pap"],
    version: 5,
    story:
      "hb@hb logs in with PAP, asks for 0.0.0.0, gets its address by Configure-Nak and then by Configure-Ack; a ping to the LNS comes back",
  },
  async ({ bench, climb, climbAll, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: 1 });
    const call = await tunnel.call({ id: 81 });
    // The device may ask CHAP before PAP, and negotiates its own options besides.
    allow(packet("LCP Configure", { "lcp.code": CONFIGURE }), ipcp("Configure-Request"), otherNcps);
    call.startPpp({ credentials: user, acceptAuth: ["pap"], mru: 1500, requestDefaults: true, address: "0.0.0.0" });
    await climbAll(given(lcp("Configure-Request")), given(lcp("Configure-Ack")));
    await climb(given(pap("Authenticate-Ack")));
    const nak = await climb(must(ipcp("Configure-Nak", { "ipcp.option.address": user.assigned }), "RFC1332-3.3-05"));
    const address = nak.text("ipcp.option.address");
    await climb(must(ipcp("Configure-Ack", { "ipcp.option.address": address }), "RFC1332-3.3-03"));
    // The device's own request may come last.
    await call.ipOpened();
    // Between the end of IPCP and the first packet a device has an address and routes to set.
    await call.carries();
    call.send(ip.ping(address, gateway, 7, 1));
    await climb(given(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 })));
  },
);

conformance(
  {
    id: "call-lns-0011",
    version: 4,
    clause: CLAUSES["RFC1661-5.2-01"],
    clauses: [CLAUSES["RFC1661-5.1-01"]],
    story: "LCP goes both ways: the device asks by itself, and acknowledges the bench's MRU of 1500 or has none",
  },
  async ({ bench, climbAll, allow, caller, gateway }) => {
    const tunnel = await bench.open({ id: 1 });
    const call = await tunnel.call({ id: 81 });
    allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps);
    call.begin(caller, gateway, { ppp: { mru: 1500, requestDefaults: true } });
    const ofMru = (code: string) => lcp(code, { "l2tp.sessionId": 81, "lcp.option.mru": 1500 });
    await climbAll(
      must(lcp("Configure-Request", { "l2tp.sessionId": 81 }), "RFC1661-5.1-01"),
      // A device may do without any option (RFC 1661 §5.4), and then says so.
      must(anyOf(...["Configure-Ack", "Configure-Reject"].map(ofMru)), "RFC1661-5.2-01").or(
        lcp("Configure-Nak", { "l2tp.sessionId": 81, "lcp.option.mru": present }),
        "the device does not take the default MRU (RFC 1661 §5.3 lets it)",
      ),
    );
  },
);

conformance(
  {
    id: "call-lns-0012",
    clause: CLAUSES["RFC1332-3.3-07"],
    needs: ["lac"],
    version: 2,
    story: "the LAC asks for an address, takes the one that the LNS's Nak names, and answers a ping to it",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: 1 });
    const call = await tunnel.call({ id: 77 });
    allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps);
    call.begin(user, gateway);
    await climb(given(ipcp("Configure-Request", { "ipcp.option.address": not(String(user.address)) })));
    const adopted = ipcp("Configure-Request", { "ipcp.option.address": String(user.address) });
    await climb(must(adopted, "RFC1332-3.3-07"));
    await call.ipOpened();
    await call.carries();
    call.ping(7, 1);
    await climb(given(echoReply({ "inner.ip.src": String(user.address), "inner.icmp.id": 7, "inner.icmp.seq": 1 })));
  },
);

conformance(
  {
    id: "call-lns-0013",
    clause: CLAUSES["RFC1332-3.3-05"],
    needs: ["lns"],
    version: 3,
    story: "an address is given back at the end of the session: who hangs up and calls again gets his own again",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: 1 });
    allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps);
    // While there is another session the device has no reason to close the tunnel.
    await tunnel.call();
    const first = await tunnel.call({ id: 81 });
    await first.openIp(user, gateway);
    first.stop();
    await tunnel.acknowledged(tunnel.hangUp(first));
    const again = await tunnel.call({ id: 82 });
    again.begin(user, gateway);
    // Without a fixed address any of the pool will do: what was given back may wait there.
    const own = user.address === undefined ? user.assigned : first.addresses.local;
    const named = { "l2tp.sessionId": 82, "ipcp.option.address": own };
    await climb(must(ipcp("Configure-Nak", named), "RFC1332-3.3-05"));
  },
);

conformance(
  {
    id: "call-lns-0014",
    clause: CLAUSES["RFC1661-2-06"],
    version: 3,
    story: "pings of all sizes up to the smaller MRU come back through the tunnel",
    params: [{ data: 0 }, { data: 1 }, { data: 1000 }, { data: 1372 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open({ id: 1 });
    const call = await tunnel.call({ id: 81 });
    allow(lcpNegotiation, authentication, ipcpNegotiation, otherNcps);
    await call.openIp(caller, gateway);
    await call.carries();
    call.ping(7, 1, params.data);
    const reply = { "inner.icmp.id": 7, "inner.icmp.seq": 1, "inner.ip.length": 28 + params.data };
    const answer = await climb(must(echoReply(reply), "RFC1661-2-06").or(echoReplyInPieces(reply), IN_PIECES));
    if (answer.field("inner.ip.moreFragments")?.value !== true) return;
    await climb(must(lastPiece(answer.number("inner.ip.id")), "RFC1661-2-06"));
  },
);
