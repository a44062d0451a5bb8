/** Call-LNS, the PPP inside: LCP with MRU 1500, PAP or CHAP, the address by IPCP, and a ping through it all. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must } from "#expect/ladder";
import { echoReply, ipcp, lcp, oneOf, packet, pap } from "#expect/matchers";
import { ip } from "#peer/script";

const CONFIGURE = oneOf("Configure-Request", "Configure-Ack", "Configure-Nak", "Configure-Reject");

conformance(
  {
    id: "call-lns-0010",
    clause: CLAUSES["RFC1332-3.3-05"],
    needs: ["lns", "pap"],
    story: "hb@hb logs in with PAP, asks for 0.0.0.0, gets its address by Configure-Nak and then by Configure-Ack; a ping to the LNS comes back",
  },
  async ({ bench, climb, climbAll, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: 1 });
    const call = await tunnel.call({ id: 81 });
    // The device may ask CHAP before PAP, and negotiates its own options besides.
    allow(packet("LCP Configure", { "lcp.code": CONFIGURE }), ipcp("Configure-Request"));
    call.startPpp({ credentials: user, acceptAuth: ["pap"], mru: 1500, requestDefaults: true, address: "0.0.0.0" });
    await climbAll(given(lcp("Configure-Request")), given(lcp("Configure-Ack", { "lcp.option.mru": 1500 })));
    await climb(given(pap("Authenticate-Ack")));
    await climb(must(ipcp("Configure-Nak", { "ipcp.option.address": String(user.address) }), "RFC1332-3.3-05"));
    await climb(must(ipcp("Configure-Ack", { "ipcp.option.address": String(user.address) }), "RFC1332-3.3-03"));
    call.send(ip.ping(String(user.address), gateway, 7, 1));
    await climb(given(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 })));
  },
);
