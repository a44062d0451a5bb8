/** RFC 2661 §8: L2TP over UDP. Addresses and ports, and what else arrives there. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must, never, should } from "#expect/ladder";
import { acks, control, echoed, echoReply, packet } from "#expect/matchers";
import { fromHex, hello, sccrp, sccrq } from "#peer/script";

/** A L2F_CONF of RFC 2341 §4.4.1: S and Ver 1, protocol 1, sequence 0, MID 0, CLID 0, Length; then L2F_CONF_NAME "l2f". */
const L2F_CONF = fromHex("10 01 01 00 00 00 00 00 00 10 01 02 03 6c 32 66");
/** Where the bench answers from, when not from the port that was called. */
const OTHER_PORT = 40_001;
const L2TP_PORT = 1701;

conformance(
  {
    id: "rfc2661-1250",
    clause: CLAUSES["RFC2661-8.1-02"],
    needs: ["lac"],
    story: "the LNS answers from a port other than 1701: the LAC goes on with that port",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung();
    await bench.moved(tunnel, OTHER_PORT);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "udp.dstPort": OTHER_PORT }), "RFC2661-8.1-02").or(
        control("SCCRQ", { "udp.dstPort": L2TP_PORT }),
        "the answer from another port did not get through, or was not taken",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1251",
    clause: CLAUSES["RFC2661-8.1-03"],
    version: 3,
    story: "a HELLO and an LCP Echo-Request from another port of the bench draw nothing to that port; the call goes on",
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    const port = await bench.elsewhere(tunnel, () => {
      bench.burst(() => {
        tunnel.sendOnce(hello());
        call.echo(99);
      });
    });
    await silence(never(packet("packet to the other port", { "udp.dstPort": port }), "RFC2661-8.1-03").within(1_000));
    const ns = tunnel.hello();
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-8.1-03"));
    call.ask(100);
    await climb(must(echoed(100, call.id), "RFC2661-8.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-1252",
    clause: CLAUSES["RFC2661-8.1-08"],
    needs: ["lns"],
    story: "an L2F packet to port 1701 draws no message of L2TP; whether the device speaks L2F is written down",
    waitsMs: 2_000,
  },
  async ({ bench, silence, note, allow }) => {
    const tunnel = await bench.tunnel();
    const l2f = packet("L2F packet", { "l2tp.version": 1 });
    allow(l2f);
    tunnel.sendRaw(L2F_CONF);
    await silence(never(packet("message of Ver 2", { "l2tp.version": 2 }), "RFC2661-8.1-08").within(2_000));
    await note(may(l2f, "RFC2661-8.1-08").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1253",
    clause: CLAUSES["RFC2661-8.1-08"],
    story: "an L2F packet on the ports of a live tunnel is dropped without a word, and the tunnel lives",
    background: ["ppp", "session"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    allow(packet("L2F packet", { "l2tp.version": 1 }));
    tunnel.sendRaw(L2F_CONF);
    await silence(never(control("StopCCN"), "RFC2661-8.1-08").within(1_000));
    const ns = tunnel.hello();
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-8.1-08"));
  },
);

conformance(
  {
    id: "rfc2661-1254",
    clause: CLAUSES["RFC2661-8.2-01"],
    clauses: [CLAUSES["RFC2661-8.1-13"]],
    needs: ["lns"],
    story: "an SCCRQ over UDP to port 1701 is answered over UDP, from that port",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-8.2-01"));
    const other = await bench.tunnel();
    other.send(sccrq({ assignedTunnelId: other.id }));
    await climb(
      should(control("SCCRP", { "l2tp.tunnelId": other.id, "udp.srcPort": L2TP_PORT }), "RFC2661-8.1-13").or(
        control("SCCRP", { "l2tp.tunnelId": other.id }),
        "the device answers from a port of its own choice, which not every NAT lets through",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1255",
    clause: CLAUSES["RFC2661-8.2-01"],
    needs: ["lac"],
    story: "the LAC dials over UDP, and goes on to port 1701, where it was answered from",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "udp.dstPort": L2TP_PORT }), "RFC2661-8.2-01"));
  },
);

conformance(
  {
    id: "rfc2661-1256",
    clause: CLAUSES["RFC2661-8.1-12"],
    story: "pings that take more than one IP packet on the way: whether they are answered is written down",
    params: [{ octets: 1400 }, { octets: 1472 }],
    background: ["ppp", "data"],
  },
  async ({ bench, note, caller, gateway, params: { octets } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openIp(caller, gateway);
    await call.carries();
    call.ping(7, 1, octets);
    await note(may(echoReply({ "inner.icmp.id": 7, "l2tp.sessionId": call.id }), "RFC2661-8.1-12").within(2_000));
  },
);
