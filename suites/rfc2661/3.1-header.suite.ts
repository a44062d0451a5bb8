/** RFC 2661 §3.1: the header, as a receiver has to read it and as an answer has to bear it. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import { acks, anyOf, control, data, echoed, packet, stopped } from "#expect/matchers";
import { concat, fromHex, hello, icrp, icrq, iccn, lcp, sccrp, sccrq, scccn, type HeaderTweak } from "#peer/script";

/** Each reserved bit of the first 16, and all of them. */
const RESERVED = ["0x2000", "0x1000", "0x0400", "0x0080", "0x0040", "0x0020", "0x0010", "0x34f0"] as const;
const RESERVED_ROWS = RESERVED.map((bits) => ({ bits }));
const UNKNOWN_VERSIONS = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/** Ids that show a swapped, cut or signed one. */
const ODD_IDS = [{ id: 0x0001 }, { id: 0x0100 }, { id: 0x00ff }, { id: 0xfffe }, { id: 0xffff }];
const BOTH = [false, true];
const MIXES = BOTH.flatMap((l) => BOTH.flatMap((o) => BOTH.map((p) => ({ l, o, p }))));
const PADDING = fromHex("a5 c0 21 ff 03");
const SEQUENCING = { name: "sequencingRequired", value: true } as const;

conformance(
  {
    id: "rfc2661-0001",
    clause: CLAUSES["RFC2661-3.1-04"],
    needs: ["lns"],
    story: "an SCCRQ with a reserved header bit set is answered with SCCRP like any other",
    params: RESERVED_ROWS,
  },
  async ({ bench, climb, params }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }), { header: { setBits: Number(params.bits) } });
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-3.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0002",
    clause: CLAUSES["RFC2661-3.1-04"],
    needs: ["lac"],
    story: "an SCCRP with a reserved header bit set is answered with SCCCN like any other",
    params: RESERVED_ROWS,
    background: ["session"],
  },
  async ({ bench, climb, params }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }), { header: { setBits: Number(params.bits) } });
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-3.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0003",
    clause: CLAUSES["RFC2661-3.1-04"],
    story: "HELLOs with each reserved header bit set are acknowledged",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    for (const bits of RESERVED) {
      const ns = tunnel.send(hello(), { header: { setBits: Number(bits) } });
      await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-3.1-04"));
    }
  },
);

conformance(
  {
    id: "rfc2661-0004",
    version: 2,
    clause: CLAUSES["RFC2661-3.1-04"],
    story: "LCP Echo-Requests in data messages with each reserved header bit set are answered",
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway }) => {
    const call = await (await bench.open()).call();
    await call.openLcp(user, gateway);
    for (const [i, bits] of RESERVED.entries()) {
      call.ask(100 + i, {}, { setBits: Number(bits) });
      await climb(must(echoed(100 + i, call.id), "RFC2661-3.1-04"));
    }
  },
);

conformance(
  {
    id: "rfc2661-0005",
    clause: CLAUSES["RFC2661-3.1-11"],
    story: "HELLOs with Ver 0, 1 and 3 to 15 are not acknowledged; the same Ns with Ver 2 then is",
    background: ["session"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    const { ns } = tunnel;
    bench.burst(() => {
      for (const version of UNKNOWN_VERSIONS) tunnel.sendOnce(hello(), { header: { version } });
    });
    await silence(never(acks(ns, { tunnel: tunnel.id }), "RFC2661-3.1-11").within(2_000));
    tunnel.hello();
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-3.1-11"));
  },
);

conformance(
  {
    id: "rfc2661-0006",
    clause: CLAUSES["RFC2661-3.1-11"],
    needs: ["lns"],
    story: "SCCRQs with Ver 0, 1 and 3 to 15 draw no answer of Ver 2; the same with Ver 2 then draws an SCCRP",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.tunnel();
    const request = sccrq({ assignedTunnelId: tunnel.id });
    bench.burst(() => {
      for (const version of UNKNOWN_VERSIONS) tunnel.sendOnce(request, { header: { version } });
    });
    await silence(never(packet("message of Ver 2", { "l2tp.version": 2 }), "RFC2661-3.1-11").within(2_000));
    tunnel.send(request);
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-3.1-11"));
  },
);

conformance(
  {
    id: "rfc2661-0007",
    version: 2,
    clause: CLAUSES["RFC2661-3.1-11"],
    story: "LCP Echo-Requests in data messages with Ver 0, 1 and 3 to 15 are not answered; with Ver 2 they are",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, user, gateway }) => {
    const call = await (await bench.open()).call();
    await call.openLcp(user, gateway);
    bench.burst(() => {
      for (const version of UNKNOWN_VERSIONS) call.echo(100, {}, { version });
    });
    await silence(never(echoed(100, call.id), "RFC2661-3.1-11").within(2_000));
    call.ask(101);
    await climb(must(echoed(101, call.id), "RFC2661-3.1-11"));
  },
);

/** A L2F_CONF of RFC 2341 §4.4.1: S and Ver 1, protocol 1, sequence 0, MID 0, CLID 0, Length; then L2F_CONF_NAME "l2f". */
const L2F_CONF = fromHex("10 01 01 00 00 00 00 00 00 10 01 02 03 6c 32 66");

conformance(
  {
    id: "rfc2661-0008",
    clause: CLAUSES["RFC2661-3.1-12"],
    needs: ["lns"],
    story: "an L2F packet to port 1701 draws no answer of L2TP",
    waitsMs: 2_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.tunnel();
    allow(packet("L2F packet", { "l2tp.version": 1 }));
    tunnel.sendRaw(L2F_CONF);
    await silence(never(packet("message of Ver 2", { "l2tp.version": 2 }), "RFC2661-3.1-12").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0009",
    clause: CLAUSES["RFC2661-3.1-12"],
    story: "an L2F packet on the ports of a live tunnel changes nothing: the next HELLO is acknowledged",
    background: ["session"],
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    allow(packet("L2F packet", { "l2tp.version": 1 }));
    tunnel.sendRaw(L2F_CONF);
    const ns = tunnel.hello();
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-3.1-12"));
  },
);

/** An SCCRQ of RFC 3931 §6.1 over UDP: Control Connection ID 0, Message Type, Host Name, Assigned CCID, Pseudowire List. */
const L2TPV3_SCCRQ = concat(
  fromHex("c8 03 00 36 00 00 00 00 00 00 00 00"),
  fromHex("80 08 00 00 00 00 00 01"),
  fromHex("80 0e 00 00 00 07 6c 32 74 70 73 70 65 63"),
  fromHex("80 0a 00 00 00 3d 01 02 03 04"),
  fromHex("80 0a 00 00 00 3e 00 05 00 07"),
);

conformance(
  {
    id: "rfc2661-0010",
    clause: CLAUSES["RFC2661-3.1-11"],
    needs: ["lns"],
    story: "an L2TPv3 SCCRQ to port 1701 draws no answer of L2TPv2",
    waitsMs: 2_000,
  },
  async ({ bench, silence, allow }) => {
    const tunnel = await bench.tunnel();
    allow(packet("L2TPv3 message", { "l2tp.version": 3 }));
    tunnel.sendRaw(L2TPV3_SCCRQ);
    await silence(never(packet("message of Ver 2", { "l2tp.version": 2 }), "RFC2661-3.1-11").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0011",
    clause: CLAUSES["RFC2661-3.1-14"],
    clauses: [CLAUSES["RFC2661-4.4.3-13"]],
    needs: ["lns"],
    story: "the id that the LAC assigns stands in the header of SCCRP and of all that follows, whatever its octets",
    params: ODD_IDS,
  },
  async ({ bench, climb, params: { id } }) => {
    const tunnel = await bench.tunnel({ id });
    tunnel.send(sccrq({ assignedTunnelId: id }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": id }), "RFC2661-3.1-14"));
    const ns = tunnel.send(scccn());
    await climb(must(acks(ns, { tunnel: id }), "RFC2661-4.4.3-13"));
    await climb(must(acks(tunnel.hello(), { tunnel: id }), "RFC2661-4.4.3-13"));
  },
);

conformance(
  {
    id: "rfc2661-0012",
    clause: CLAUSES["RFC2661-3.1-14"],
    clauses: [CLAUSES["RFC2661-4.4.3-13"]],
    needs: ["lac"],
    story: "the id that the LNS assigns stands in the header of SCCCN and of all that follows, whatever its octets",
    params: ODD_IDS,
    background: ["session"],
  },
  async ({ bench, climb, params: { id } }) => {
    const { tunnel } = await bench.rung({ id });
    tunnel.send(sccrp({ assignedTunnelId: id }));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": id }), "RFC2661-3.1-14"));
    await climb(must(acks(tunnel.hello(), { tunnel: id }), "RFC2661-4.4.3-13"));
  },
);

conformance(
  {
    id: "rfc2661-0013",
    clause: CLAUSES["RFC2661-3.1-15"],
    clauses: [CLAUSES["RFC2661-4.4.4-01"]],
    needs: ["lns"],
    story: "the session id that the LAC assigns stands in the header of ICRP and of the data, whatever its octets",
    params: ODD_IDS,
    background: ["ppp"],
  },
  async ({ bench, climb, params: { id } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall(id);
    tunnel.send(icrq({ assignedSessionId: id }));
    const answer = await climb(must(control("ICRP", { "l2tp.sessionId": id }), "RFC2661-3.1-15"));
    call.peerId = answer.number("avp.assignedSessionId");
    tunnel.send(iccn(), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    await climb(must(data({ "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": id }), "RFC2661-4.4.4-01"));
  },
);

conformance(
  {
    id: "rfc2661-0014",
    clause: CLAUSES["RFC2661-3.1-15"],
    needs: ["lac"],
    story: "the session id that the LNS assigns stands in the header of ICCN, whatever its octets",
    params: ODD_IDS,
    background: ["ppp"],
  },
  async ({ bench, climb, params: { id } }) => {
    const tunnel = await bench.open();
    const request = await climb(given(control("ICRQ", { "l2tp.sessionId": 0 })));
    tunnel.newCall(id);
    tunnel.send(icrp({ assignedSessionId: id }), { sessionId: request.number("avp.assignedSessionId") });
    await climb(must(control("ICCN", { "l2tp.sessionId": id }), "RFC2661-3.1-15"));
  },
);

/** A HELLO takes 20 octets: 12 of header, 8 of Message Type. */
const LENGTH_FAULTS: Readonly<Record<string, HeaderTweak>> = {
  "too long": { length: 30 },
  "shorter than the header": { length: 11 },
  zero: { length: 0 },
  "no Length": { omitLength: true },
  "no Ns and Nr": { omitSequence: true },
};

conformance(
  {
    id: "rfc2661-0015",
    clause: CLAUSES["RFC2661-7.1-02"],
    story: "a HELLO with a malformed header is not acted upon, and a right one in the same slot is",
    params: Object.keys(LENGTH_FAULTS).map((fault) => ({ fault })),
    background: ["session"],
    // A device that reads on behind the packet finds there what it heard before, which is to be of nobody else.
    alone: true,
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, params }) => {
    const tunnel = await bench.open();
    const { ns } = tunnel;
    tunnel.sendOnce(hello(), { header: LENGTH_FAULTS[params.fault]! });
    await silence(never(anyOf(acks(ns, { tunnel: tunnel.id }), stopped(tunnel.id)), "RFC2661-7.1-02").within(2_000));
    tunnel.hello();
    await climb(should(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-0016",
    clause: CLAUSES["RFC2661-7.1-02"],
    story: "octets that are too few for a control header are not acted upon, and the tunnel goes on",
    background: ["session"],
    alone: true,
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    for (let length = 1; length < 12; length++) tunnel.sendOnce(hello(), { header: { truncateTo: length } });
    const ns = tunnel.hello();
    await climb(should(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-0017",
    version: 2,
    clause: CLAUSES["RFC2661-3.1-18"],
    story: "numbered data with any Nr is taken: each LCP Echo-Request is answered",
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway }) => {
    const call = await (await bench.open()).call({ iccn: [SEQUENCING] });
    call.sequenced = true;
    await call.openLcp(user, gateway);
    for (const [i, nr] of [0x0001, 0x1234, 0x8000, 0xffff].entries()) {
      call.ask(100 + i, { nr });
      await climb(must(echoed(100 + i, call.id), "RFC2661-3.1-18"));
    }
  },
);

conformance(
  {
    id: "rfc2661-0018",
    version: 2,
    clause: CLAUSES["RFC2661-3.1-19"],
    story: "the payload is found behind the offset padding: the LCP Echo-Request is answered",
    params: [{ offset: 0 }, { offset: 1 }, { offset: 3 }, { offset: 4 }, { offset: 200 }],
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway, params }) => {
    const call = await (await bench.open()).call();
    await call.openLcp(user, gateway);
    call.ask(100, { offset: new Uint8Array(params.offset).fill(0xc0) });
    await climb(must(echoed(100, call.id), "RFC2661-3.1-19"));
  },
);

conformance(
  {
    id: "rfc2661-0019",
    version: 2,
    clause: CLAUSES["RFC2661-3.1-20"],
    story: "the payload is found for every mix of Length, Offset and Priority: the LCP Echo-Request is answered",
    params: MIXES,
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway, params: { l, o, p } }) => {
    const call = await (await bench.open()).call();
    // LCP may begin once more before it is done; once there is IP it does not.
    await call.openIp(user, gateway);
    call.ask(100, { length: l, priority: p, ...(o && { offset: PADDING }) });
    await climb(must(echoed(100, call.id), "RFC2661-3.1-20"));
  },
);

conformance(
  {
    id: "rfc2661-0020",
    version: 2,
    clause: CLAUSES["RFC2661-3.1-20"],
    story: "the payload of numbered data is found for every mix of Length, Offset and Priority",
    params: MIXES,
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway, params: { l, o, p } }) => {
    const call = await (await bench.open()).call({ iccn: [SEQUENCING] });
    call.sequenced = true;
    // LCP may begin once more before it is done; once there is IP it does not.
    await call.openIp(user, gateway);
    call.ask(100, { length: l, priority: p, ...(o && { offset: PADDING }) });
    await climb(must(echoed(100, call.id), "RFC2661-3.1-20"));
  },
);

conformance(
  {
    id: "rfc2661-0021",
    version: 2,
    clause: CLAUSES["RFC2661-3.1-19"],
    story: "an Offset Size past the end of the datagram does no harm: the next LCP Echo-Request is answered",
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, note, user, gateway }) => {
    const call = await (await bench.open()).call();
    await call.openLcp(user, gateway);
    call.echo(100, { offset: PADDING }, { offsetSize: 2_000 });
    await note(may(echoed(100, call.id), "RFC2661-3.1-19").within(1_000));
    call.ask(101);
    await climb(must(echoed(101, call.id), "RFC2661-3.1-19"));
  },
);
