/** RFC 1332 §2: IPCP runs the automaton of LCP; the cells that differ or matter most, seen in packets and in data. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  authentication,
  echoed,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  otherNcps,
  packet,
  pap,
  present,
} from "#expect/matchers";
import {
  concat,
  fromHex,
  ip,
  ipcp as ipcpPacket,
  lcp as lcpPacket,
  ofU16,
  ofU8,
  pap as papPacket,
  PPP,
} from "#peer/script";

const LINK = [lcpNegotiation, authentication, otherNcps] as const;
const IPCP_BY_HAND = { byHand: ["IPCP"] } as const;
const ANY_IPCP = packet("IPCP packet", { "ipcp.code": present });
const REPLY = { "inner.icmp.id": 7, "inner.icmp.seq": 1 };
const address = (value: string) => ({ type: "address", value }) as const;
/** One Restart time and a little more, after which Stopping has become Stopped. */
const RESTART_MS = 7_000;
/** Ten requests, three seconds apart, and a little more. */
const GIVES_UP_MS = 35_000;

conformance(
  {
    id: "rfc1332-0100",
    clause: CLAUSES["RFC1332-2-T-OPENED-DOWN"],
    story:
      "when LCP is negotiated anew IPCP is down with it: no ping is answered, and nothing of IPCP comes before LCP is open",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation, ending);
    await call.openIp(caller, gateway);
    await call.carries();
    call.stop();
    call.send(lcpPacket.configureRequest(199, []));
    await climb(given(lcp("Configure-Ack", { "lcp.id": 199 })));
    call.ping(7, 1);
    await silence(never(anyOf(echoReply(REPLY), ANY_IPCP), "RFC1332-2-T-OPENED-DOWN").within(2_000));
  },
);

conformance(
  {
    id: "rfc1332-0101",
    clause: CLAUSES["RFC1332-2-T-OPENED-RTA"],
    story:
      "an unasked Terminate-Ack in Opened begins IPCP anew: a request comes, and no ping is answered until it is done",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation, ending);
    await call.openIp(caller, gateway);
    await call.carries();
    call.stop();
    call.send(ipcpPacket.terminateAck(199));
    await climb(must(ipcp("Configure-Request"), "RFC1332-2-T-OPENED-RTA"));
    call.ping(7, 1);
    await silence(never(echoReply(REPLY), "RFC1332-2-T-OPENED-RTA").within(2_000));
  },
);

conformance(
  {
    id: "rfc1332-0102",
    version: 2,
    clause: CLAUSES["RFC1332-2-T-OPENED-RXJMINUS"],
    story: "a bench that knows no IPCP gets no more requests of it, on a link that stays or is ended in order",
  },
  async ({ bench, climb, silence, elapse, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    // The table has a Terminate-Request here, RFC 1661 §5.7 has nothing more of that protocol.
    allow(...LINK, ipcpNegotiation, ipcp("Terminate-Request"), ending, echoReply(REPLY));
    await call.openIp(caller, gateway);
    await call.carries();
    const { local, remote } = call.addresses;
    call.stop();
    call.send(lcpPacket.protocolReject(199, PPP.IPCP, fromHex("01010004")));
    // Once an echo is answered the reject has been taken in.
    call.echo(9);
    const taken = await climb(must(anyOf(echoed(9, call.id), ending), "RFC1332-2-T-OPENED-RXJMINUS"));
    if (taken.field("lcp.code")?.value === "Echo-Reply") {
      call.send(ip.ping(local, remote, 7, 1));
      await elapse(500);
      call.sendBehind(lcpPacket.echoRequest(10, 0));
      // RFC 1661 §4.3 has a rejected NCP tolerable (to LCP), and §5.7 ends that protocol's packets: IPv4 has another number.
      const quiet = must(anyOf(echoed(10, call.id), ending), "RFC1332-2-T-OPENED-RXJMINUS");
      await climb(quiet.or(echoReply(REPLY), "goes on with IPv4 when IPCP was rejected"));
    }
    await silence(never(ipcp("Configure-Request"), "RFC1332-2-T-OPENED-RXJMINUS"));
  },
);

conformance(
  {
    id: "rfc1332-0103",
    clause: CLAUSES["RFC1332-2-T-OPENED-RXJMINUS"],
    story: "a Code-Reject of its Configure-Request ends IPCP: Terminate-Request, or the link is given up",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation);
    call.begin(caller, gateway);
    const asked = await climb(given(ipcp("Configure-Request")));
    await call.ipOpened();
    await call.carries();
    call.stop();
    const options = asked.octets("ipcp.options");
    const request = concat(ofU8(1, asked.number("ipcp.id")), ofU16(4 + options.length), options);
    call.send(ipcpPacket.codeReject(199, request));
    await climb(must(anyOf(ipcp("Terminate-Request"), ending), "RFC1332-2-T-OPENED-RXJMINUS"));
  },
);

conformance(
  {
    id: "rfc1332-0104",
    clause: CLAUSES["RFC1332-2-T-REQSENT-TOMINUS"],
    story: "IPCP that nobody answers is given up or goes on; LCP stays open, or the link is ended in order",
    waitsMs: GIVES_UP_MS,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"), ending);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    const ended = await note(may(ending, "RFC1332-2-T-REQSENT-TOMINUS").within(GIVES_UP_MS));
    if (ended !== undefined) return;
    call.echo(9);
    await climb(must(echoed(9, call.id), "RFC1332-2-T-REQSENT-TOMINUS"));
  },
);

conformance(
  {
    id: "rfc1332-0105",
    clause: CLAUSES["RFC1332-2-T-STOPPED-RCRPLUS"],
    story:
      "IPCP that the bench has terminated opens again when the bench asks: the device acknowledges and asks itself",
    waitsMs: RESTART_MS,
  },
  async ({ bench, climb, climbAll, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation, ending);
    await call.openIp(caller, gateway);
    const { local } = call.addresses;
    call.stop();
    call.send(ipcpPacket.terminateRequest(198));
    await climb(given(ipcp("Terminate-Ack", { "ipcp.id": 198 })));
    const ended = await note(may(ending, "RFC1332-2-T-STOPPED-RCRPLUS").within(RESTART_MS));
    if (ended !== undefined) return;
    call.send(ipcpPacket.configureRequest(199, [address(local)]));
    const [ack, nak] = [ipcp("Configure-Ack", { "ipcp.id": 199 }), ipcp("Configure-Nak", { "ipcp.id": 199 })];
    const [reply] = await climbAll(
      // Its former address may be somebody else's by now.
      must(anyOf(ack, nak), "RFC1332-2-T-STOPPED-RCRPLUS"),
      must(ipcp("Configure-Request"), "RFC1332-2-T-STOPPED-RCRPLUS"),
    );
    if (reply?.text("ipcp.code") !== "Configure-Nak") return;
    call.send(ipcpPacket.configureRequest(200, [address(reply.text("ipcp.option.address"))]));
    await climb(must(ipcp("Configure-Ack", { "ipcp.id": 200 }), "RFC1332-2-T-STOPPED-RCRPLUS"));
  },
);

conformance(
  {
    id: "rfc1332-0106",
    clause: CLAUSES["RFC1332-2-04"],
    needs: ["pap"],
    story: "IPCP waits for authentication: when that takes eight seconds, the link is still there and IPCP begins",
    waitsMs: 15_000,
  },
  async ({ role, bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ipcp("Configure-Request"), otherNcps, pap("Authenticate-Request"));
    await call.openLcp(caller, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    await silence(never(ending, "RFC1332-2-04").within(8_000));
    if (role === "lns") {
      call.send(papPacket.request(7, caller.user, caller.password));
      await climb(given(pap("Authenticate-Ack", { "pap.id": 7 })));
    } else {
      // The device repeats its login meanwhile: the next one is met.
      const login = await climb(given(pap("Authenticate-Request")));
      call.send(papPacket.ack(login.number("pap.id")));
    }
    await climb(should(ipcp("Configure-Request"), "RFC1332-2-04"));
  },
);

conformance(
  {
    id: "rfc1332-0107",
    clause: CLAUSES["RFC1332-2-06"],
    story: "an option number of LCP means nothing in IPCP: a magic number or a callback is rejected",
    params: [
      { type: 5, value: "12345678" },
      { type: 13, value: "01" },
    ],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [{ type: params.type, octets: fromHex(params.value) }]));
    const rejected = { "ipcp.id": 21, "ipcp.options": String(params.type) };
    await climb(must(ipcp("Configure-Reject", rejected), "RFC1332-2-06"));
  },
);
