/** Call-LNS, third step: the caller proves itself, by PAP as the scenario has it, or by CHAP. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never } from "#expect/ladder";
import { anyOf, chap, control, equal, ipcp, ipcpNegotiation, lcp, lcpNegotiation, octets, otherNcps, pap } from "#expect/matchers";

const TUNNEL = 1;
const LAC_SESSION = 81;
const LNS_SESSION = 77;
/** The longest name and password that PAP's length octets can tell. */
const LONGEST = "x".repeat(255);

/** A device may end the link after it has refused somebody, in any of these ways. */
const ENDING = anyOf(lcp("Terminate-Request"), control("CDN"));

conformance(
  {
    id: "call-lns-0040",
    clause: CLAUSES["RFC1334-2.2.2-01"],
    clauses: [CLAUSES["RFC1334-2.2.2-04"]],
    needs: ["lns", "pap"],
    story: "the LAC sends user and password by PAP; the LNS answers Authenticate-Ack with the same Identifier",
  },
  async ({ bench, climb, allow, user }) => {
    const tunnel = await bench.open({ id: TUNNEL });
    const call = await tunnel.call({ id: LAC_SESSION });
    allow(lcpNegotiation, ipcpNegotiation, otherNcps);
    const login = await call.login("pap", user);
    await climb(must(pap("Authenticate-Ack"), "RFC1334-2.2.2-01"));
    await climb(given(ipcp("Configure-Request")));
    void login;
  },
);
