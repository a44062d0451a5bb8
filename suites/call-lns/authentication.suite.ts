/** Call-LNS, third step: the caller proves itself, by PAP as the scenario has it, or by CHAP. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never, should } from "#expect/ladder";
import {
  anyOf,
  chap,
  control,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcpNegotiation,
  not,
  oneOf,
  otherNcps,
  pap,
  redial,
  stopped,
} from "#expect/matchers";
import { chap as chapPacket, chapMd5, hex, ipcp as ipcpPacket, pap as papPacket } from "#peer/script";

const TUNNEL = 1;
const LAC_SESSION = 81;
/** The Identifier of the bench's login. */
const ID = 7;

interface Pair {
  readonly user: string;
  readonly password: string;
}

/** Who is not let in; `LONGEST` is what PAP's length octets can tell. */
const LONGEST = "x".repeat(255);
const STRANGERS = {
  "wrong-password": ({ user, password }: Pair) => ({ user, password: `${password}x` }),
  "empty-password": ({ user }: Pair) => ({ user, password: "" }),
  "unknown-user": ({ password }: Pair) => ({ user: "nobody@hb", password }),
  "empty-user": ({ password }: Pair) => ({ user: "", password }),
  longest: () => ({ user: LONGEST, password: LONGEST }),
} as const;

/** IPCP that goes on. */
const ANY_IPCP = anyOf(
  ipcp("Configure-Request"),
  ipcp("Configure-Ack"),
  ipcp("Configure-Nak"),
  ipcp("Configure-Reject"),
);

conformance(
  {
    id: "call-lns-0040",
    clause: CLAUSES["RFC1334-2.2.2-01"],
    clauses: [CLAUSES["RFC1334-2.2.2-04"]],
    needs: ["lns", "pap"],
    story: "the LAC sends user and password by PAP; the LNS answers Authenticate-Ack with the same Identifier",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    allow(lcpNegotiation, ipcpNegotiation, otherNcps);
    await call.openLcp(user, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    call.send(papPacket.request(ID, user.user, user.password));
    await climb(must(pap("Authenticate-Ack", { "pap.id": ID, "l2tp.sessionId": LAC_SESSION }), "RFC1334-2.2.2-01"));
  },
);

conformance(
  {
    id: "call-lns-0041",
    clause: CLAUSES["RFC1334-2.2.2-02"],
    clauses: [CLAUSES["RFC1661-3.5-05"]],
    needs: ["lns", "pap"],
    version: 2,
    story: "who has a wrong password or name, none at all, or the longest there is, gets Authenticate-Nak and no IPCP",
    params: [
      { who: "wrong-password" },
      { who: "empty-password" },
      { who: "unknown-user" },
      { who: "empty-user" },
      { who: "longest" },
    ],
  },
  async ({ bench, climb, silence, allow, user, gateway, params }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    // A tunnel without a session may be closed.
    allow(lcpNegotiation, ending, stopped(tunnel.id));
    await call.openLcp(user, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    const stranger = STRANGERS[params.who](user);
    call.send(papPacket.request(ID, stranger.user, stranger.password));
    await climb(must(pap("Authenticate-Nak", { "pap.id": ID }), "RFC1334-2.2.2-02"));
    call.send(ipcpPacket.configureRequest(1, [{ type: "address", value: "0.0.0.0" }]));
    await silence(never(ANY_IPCP, "RFC1661-3.5-05"));
  },
);

conformance(
  {
    id: "call-lns-0042",
    clause: CLAUSES["RFC1334-2.2.1-10"],
    clauses: [CLAUSES["RFC1334-2.2.1-01"]],
    needs: ["lac", "pap"],
    story: "asked for PAP, the LAC sends its user and password, each of the configured length",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"), otherNcps);
    await call.openLcp(user, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    const login = { "pap.peerId": user.user, "pap.password": user.password };
    await climb(must(pap("Authenticate-Request", login), "RFC1334-2.2.1-10"));
  },
);

conformance(
  {
    id: "call-lns-0043",
    clause: CLAUSES["RFC1334-2.2.2-08"],
    needs: ["lac", "pap"],
    version: 3,
    story: "the LNS refuses the LAC's login: the LAC starts no IPCP and answers none",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call();
    // A LAC of one call may give up the tunnel with it, and call again. That IPCP is closed it should not even say (RFC 1661
    // §3.5), which a rule sees to: it is no IPCP that goes on.
    allow(lcpNegotiation, pap("Authenticate-Request"), ending, control("StopCCN"), redial, ipcp("Terminate-Ack"));
    await call.openLcp(user, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    const login = await climb(given(pap("Authenticate-Request")));
    call.send(papPacket.nak(login.number("pap.id"), "Login incorrect"));
    call.send(ipcpPacket.configureRequest(1, [{ type: "address", value: gateway }]));
    await silence(never(ANY_IPCP, "RFC1334-2.2.2-08"));
  },
);

conformance(
  {
    id: "call-lns-0044",
    clause: CLAUSES["RFC1994-4.2-01"],
    clauses: [CLAUSES["RFC1994-4.2-04"], CLAUSES["RFC1994-4.1-01"]],
    needs: ["lns", "chap"],
    story: "with CHAP the LNS sends a Challenge; the right Response gets Success with its Identifier",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    allow(lcpNegotiation, ipcpNegotiation, otherNcps);
    await call.openLcp(user, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
    const asked = await climb(must(chap("Challenge", { "l2tp.sessionId": LAC_SESSION }), "RFC1994-4.1-01"));
    const id = asked.number("chap.id");
    call.send(chapPacket.response(id, { secret: user.password, challenge: asked.octets("chap.value") }, user.user));
    await climb(must(chap("Success", { "chap.id": id }), "RFC1994-4.2-01"));
  },
);

conformance(
  {
    id: "call-lns-0045",
    clause: CLAUSES["RFC1994-4.2-02"],
    clauses: [CLAUSES["RFC1994-4.2-03"]],
    needs: ["lns", "chap"],
    story: "a CHAP Response from a wrong secret or an unknown name gets Failure, and the link is given up",
    params: [{ who: "wrong-password" }, { who: "unknown-user" }],
  },
  async ({ bench, climb, allow, user, gateway, params }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    allow(lcpNegotiation, chap("Challenge"), ending);
    await call.openLcp(user, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
    const asked = await climb(given(chap("Challenge")));
    const stranger = STRANGERS[params.who](user);
    const answer = { secret: stranger.password, challenge: asked.octets("chap.value") };
    call.send(chapPacket.response(asked.number("chap.id"), answer, stranger.user));
    await climb(must(chap("Failure", { "chap.id": asked.number("chap.id") }), "RFC1994-4.2-02"));
    await climb(should(ending, "RFC1994-4.2-03"));
  },
);

conformance(
  {
    id: "call-lns-0046",
    clause: CLAUSES["RFC1994-4.1-16"],
    clauses: [CLAUSES["RFC1994-4.1-05"], CLAUSES["RFC1994-4.1-11"], CLAUSES["RFC1994-4.1-18"]],
    needs: ["lac", "chap"],
    story: "asked for CHAP, the LAC answers the Challenge with its name and the MD5 value of its secret",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Response"), otherNcps);
    await call.openLcp(user, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
    const value = bench.bench.random(16);
    call.send(chapPacket.challenge(ID, value, bench.hostName));
    const answer = { "chap.id": ID, "chap.name": user.user, "chap.value": hex(chapMd5(ID, user.password, value)) };
    await climb(must(chap("Response", answer), "RFC1994-4.1-16"));
  },
);

conformance(
  {
    id: "call-lns-0047",
    clause: CLAUSES["RFC1994-4.1-04"],
    version: 2,
    clauses: [CLAUSES["RFC1994-4.1-19"]],
    needs: ["lac", "chap"],
    story:
      "the LNS challenges the LAC again while the link is open: a right Response comes, and a ping before and after",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Response"), ipcpNegotiation, otherNcps);
    await call.openIp(user, gateway, { auth: "chap" });
    await call.carries();
    call.drive((ppp, now) => ppp.rechallenge(now));
    await climb(should(chap("Response", { "chap.name": user.user }), "RFC1994-4.1-04"));
    call.ping(7, 1);
    await climb(must(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1994-4.1-19"));
  },
);

conformance(
  {
    id: "call-lns-0048",
    clause: CLAUSES["RFC1994-2.3-03"],
    needs: ["lns", "chap"],
    story: "three calls get three Challenges with three values",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    allow(lcpNegotiation, chap("Challenge"), otherNcps);
    const values: string[] = [];
    for (const id of [LAC_SESSION, LAC_SESSION + 1, LAC_SESSION + 2]) {
      const call = await tunnel.call({ id });
      await call.openLcp(user, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
      const fresh = { "l2tp.sessionId": id, "chap.value": not(oneOf(...values)) };
      values.push((await climb(should(chap("Challenge", fresh), "RFC1994-2.3-03"))).text("chap.value"));
    }
  },
);

conformance(
  {
    id: "call-lns-0049",
    clause: CLAUSES["RFC1994-2.3-06"],
    needs: ["lns", "chap"],
    story: "the Response of one call, sent again in another with that one's Identifier, does not let anybody in",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    allow(lcpNegotiation, chap("Challenge"), chap("Failure"), ending, ipcpNegotiation, otherNcps);
    const heard = await tunnel.call({ id: LAC_SESSION });
    await heard.openLcp(user, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
    const first = await climb(given(chap("Challenge", { "l2tp.sessionId": heard.id })));
    const firstId = first.number("chap.id");
    const stolen = chapMd5(firstId, user.password, first.octets("chap.value"));
    heard.send(chapPacket.response(firstId, stolen, user.user));
    await climb(given(chap("Success", { "l2tp.sessionId": heard.id })));
    const thief = await tunnel.call({ id: LAC_SESSION + 1 });
    await thief.openLcp(user, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
    const second = await climb(given(chap("Challenge", { "l2tp.sessionId": thief.id })));
    thief.send(chapPacket.response(second.number("chap.id"), stolen, user.user));
    await silence(never(chap("Success", { "l2tp.sessionId": thief.id }), "RFC1994-2.3-06"));
  },
);

conformance(
  {
    id: "call-lns-0050",
    clause: CLAUSES["RFC1334-2.2.1-10"],
    needs: ["lac", "pap"],
    story: "L2TP does not encrypt: whoever sees the LAC's PAP login can read the password (a remark, never a failure)",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"), otherNcps);
    await call.openLcp(user, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    const clear = pap("Authenticate-Request", { "pap.password": user.password });
    const hidden = chap("Response");
    await climb(
      must(hidden, "RFC1334-2.2.1-10").or(clear, "the password can be read; L2TP gives no secrecy, IPsec would"),
    );
  },
);
