/** RFC 1661 §6.2: which end asks the other to authenticate itself, and how both agree on the protocol. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  absent,
  anyOf,
  authentication,
  chap,
  ending,
  type Expected,
  type FieldSpec,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  type Match,
  not,
  oneOf,
  otherNcps,
  pap,
  present,
} from "#expect/matchers";
import { fromHex, lcp as lcpPacket, PPP } from "#peer/script";

const ASKED = lcp("Configure-Request", { "lcp.option.auth": present });
/** What a Nak may propose in place of what the device asked. */
const OTHER = {
  PAP: { type: "auth", protocol: PPP.CHAP, algorithm: 5 },
  "CHAP-MD5": { type: "auth", protocol: PPP.PAP },
} as const;
/** RFC 3748 §7. */
const EAP = 0xc227;
const CHAP_NAMES = ["CHAP-MD5", "MS-CHAP", "MS-CHAP-V2"];
const CHAPS = oneOf(...CHAP_NAMES);
const OTHER_NAME = { PAP: "CHAP-MD5", "CHAP-MD5": "PAP" } as const;

conformance(
  {
    id: "rfc1661-0201",
    clause: CLAUSES["RFC1661-6.2-01"],
    needs: ["lns"],
    story: "a request asks for one authentication protocol, never for two",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    allow(lcp("Configure-Request"));
    // Whether it asks for any is the device's choice.
    await climb(must(lcp("Configure-Request", { "lcp.option.auth#2": absent }), "RFC1661-6.2-01"));
  },
);

conformance(
  {
    id: "rfc1661-0202",
    version: 2,
    clause: CLAUSES["RFC1661-6.2-03"],
    needs: ["lns", "pap", "chap"],
    story: "when the protocol that it asked first is naked with the other, the device asks for that one",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcp("Configure-Request"), ending);
    const asked = await climb(given(ASKED));
    // One that begins with EAP, or with an algorithm of Microsoft's, has both of these behind it.
    const first = asked.text("lcp.option.auth") === "CHAP-MD5" ? "CHAP-MD5" : "PAP";
    call.send(lcpPacket.configureNak(asked.number("lcp.id"), [OTHER[first]]));
    const next = lcp("Configure-Request", { "lcp.option.auth": OTHER_NAME[first] });
    await climb(should(next, "RFC1661-6.2-03"));
  },
);

conformance(
  {
    id: "rfc1661-0203",
    version: 2,
    clause: CLAUSES["RFC1661-6.2-08"],
    needs: ["lns"],
    story:
      "a Nak that proposes a protocol that the device has not enabled leads to a request for an enabled one, or to the end",
    met: { implementation: "Cisco IOS, when it asks for CHAP and hears of EAP", reported: "OpenL2TP's changelog" },
    params: [{ protocol: EAP }, { protocol: 0xc999 }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcp("Configure-Request"));
    const asked = await climb(given(ASKED));
    call.send(lcpPacket.configureNak(asked.number("lcp.id"), [{ type: "auth", protocol: params.protocol }]));
    const another = lcp("Configure-Request", { "lcp.option.auth.protocol": not(params.protocol) });
    const none = lcp("Configure-Request", { "lcp.option.auth": absent });
    const adopted = lcp("Configure-Request", { "lcp.option.auth.protocol": EAP });
    const next = must(anyOf(another, none), "RFC1661-6.2-08").or(ending, "gives the call up for the mere proposal");
    // Whether it has enabled EAP only the device can say; of the other protocol nobody has heard.
    await climb(params.protocol === EAP ? next.or(adopted, "asks for EAP when that is proposed") : next);
  },
);

conformance(
  {
    id: "rfc1661-0204",
    clause: CLAUSES["RFC1661-6.2-04"],
    needs: ["lns", "chap"],
    story: "once CHAP is acknowledged the device uses it: a Challenge comes",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"));
    await call.openLcp(caller, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
    await climb(should(chap("Challenge"), "RFC1661-6.2-04"));
  },
);

conformance(
  {
    id: "rfc1661-0205",
    clause: CLAUSES["RFC1661-6.2-06"],
    version: 3,
    needs: ["lac"],
    story: "a device that acknowledged a protocol proves itself by that one",
    params: [{ auth: "pap" }, { auth: "chap" }],
  },
  async ({ bench, climb, note, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ipcpNegotiation, otherNcps, ending, lcp("Terminate-Ack"));
    call.begin(caller, gateway, { auth: params.auth });
    const name = { pap: "PAP", chap: "CHAP-MD5" }[params.auth];
    const agreed = await note(may(lcp("Configure-Ack", { "lcp.option.auth": name }), "RFC1661-6.2-06"));
    if (agreed === undefined) {
      // It may know the other protocol alone (§6.2), and says so; one that says nothing has shown nothing.
      const refused = (["Configure-Nak", "Configure-Reject"] as const).map((code) =>
        lcp(code, { "lcp.option.auth": present }),
      );
      await climb(given(anyOf(...refused, ending)));
      return;
    }
    const proof = { pap: pap("Authenticate-Request"), chap: chap("Response") }[params.auth];
    await climb(must(proof, "RFC1661-6.2-06"));
  },
);

conformance(
  {
    id: "rfc1661-0206",
    clause: CLAUSES["RFC1661-5.3-01"],
    needs: ["lac"],
    story: "asked for a protocol that nobody knows, the device answers with Configure-Nak or Configure-Reject",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcp("Configure-Request"), ending);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(8, [{ type: "auth", protocol: 0xc999 }]));
    const nak = lcp("Configure-Nak", {
      "lcp.id": 8,
      "lcp.option.auth": oneOf("PAP", "CHAP-MD5", "MS-CHAP", "MS-CHAP-V2", "0xc227"),
    });
    await climb(must(anyOf(nak, lcp("Configure-Reject", { "lcp.id": 8, "lcp.options": "auth" })), "RFC1661-5.3-01"));
  },
);

conformance(
  {
    id: "rfc1661-0207",
    clause: CLAUSES["RFC1661-6.2-05"],
    story: "an Authentication-Protocol option too short for a protocol number is not acknowledged",
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const refusals = [lcp("Configure-Nak", { "lcp.id": 8 }), lcp("Configure-Reject", { "lcp.id": 8 })];
    allow(lcp("Configure-Request"), ...refusals, ending);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(8, [{ type: 3, octets: fromHex("c0") }]));
    await silence(never(lcp("Configure-Ack", { "lcp.id": 8 }), "RFC1661-6.2-05").within(2000));
  },
);

conformance(
  {
    id: "rfc1661-0208",
    clause: CLAUSES["RFC1661-6.2-09"],
    needs: ["lac"],
    story: "not asked to authenticate itself, the device goes from LCP straight to IPCP",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, otherNcps, ipcpNegotiation);
    await call.openLcp(caller, gateway);
    await climb(must(ipcp("Configure-Request"), "RFC1661-6.2-09"));
  },
);

conformance(
  {
    id: "rfc1661-0209",
    clause: CLAUSES["RFC1661-3.5-01"],
    clauses: [CLAUSES["RFC1994-3-02"], CLAUSES["RFC1334-2.1-01"]],
    needs: ["lns"],
    version: 2,
    story:
      "the authentication that the device wants stands in its LCP request: PAP in 4 octets, CHAP with its algorithm in 5; who asks for none begins none",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation);
    const asks = (auth: Expected | string, fields: FieldSpec = {}): Match =>
      lcp("Configure-Request", { "lcp.option.auth": auth, ...fields });
    const methods = [asks("PAP", { "lcp.option.auth.length": 4 }), asks(CHAPS, { "lcp.option.auth.length": 5 })];
    // Authentication is not mandatory (§3.5), and there are protocols besides these two.
    const others = [asks(absent), asks(not(oneOf("PAP", ...CHAP_NAMES)))];
    const asked = await climb(must(anyOf(...methods, ...others), "RFC1661-3.5-01"));
    if (asked.field("lcp.option.auth") !== undefined) return;
    call.acknowledge(asked);
    call.send(lcpPacket.configureRequest(1, []));
    await climb(given(lcp("Configure-Ack", { "lcp.id": 1 })));
    allow(ipcpNegotiation, otherNcps, ending);
    await silence(never(authentication, "RFC1661-3.5-01").within(1500));
  },
);
