/** RFC 1994 §4: Responses and Challenges at the edges of their fields, late ones, old ones, and the words of a verdict. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  anyOf,
  authentication,
  chap,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcpNegotiation,
  not,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { chap as chapPacket, chapMd5 } from "#peer/script";

const LINK = [lcpNegotiation, ipcpNegotiation, otherNcps] as const;
const CHAP_BY_HAND = { auth: "chap", byHand: ["CHAP", "IPCP"] } as const;
const ANY_VERDICT = anyOf(chap("Success"), chap("Failure"));
const counted = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 7 + 1) & 0xff);

conformance(
  {
    id: "rfc1994-0120",
    clause: CLAUSES["RFC1994-4-01"],
    needs: ["lns", "chap"],
    story: "a right Response whose Length leaves no room for it, or is more than the frame has, lets nobody in",
    params: [{ length: 0 }, { length: 3 }, { length: 4 }, { length: 5 }, { length: 200 }, { length: 65_535 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), chap("Failure"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const answer = { secret: caller.password, challenge: asked.octets("chap.value") };
    const tweak = { length: params.length };
    call.send(chapPacket.response(asked.number("chap.id"), answer, caller.user, { tweak }));
    await silence(never(chap("Success"), "RFC1994-4-01").within(2_000));
  },
);

conformance(
  {
    id: "rfc1994-0121",
    clause: CLAUSES["RFC1994-4.1-17"],
    needs: ["lns", "chap"],
    story: "the right digest under a Value-Size of nothing, or of more than Length has, lets nobody in",
    params: [{ size: 0 }, { size: 200 }, { size: 255 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), chap("Failure"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const answer = { secret: caller.password, challenge: asked.octets("chap.value") };
    const tweak = { valueSize: params.size };
    call.send(chapPacket.response(asked.number("chap.id"), answer, caller.user, { tweak }));
    await silence(never(chap("Success"), "RFC1994-4.1-17").within(2_000));
  },
);

conformance(
  {
    id: "rfc1994-0122",
    clause: CLAUSES["RFC1994-4.1-06"],
    clauses: [CLAUSES["RFC1994-4.1-13"]],
    needs: ["lns", "chap"],
    story: "a Response gets its verdict whatever its Name, of one octet or of 255; one without a Name may be dropped",
    params: [{ octets: 1 }, { octets: 255 }, { octets: 0 }],
  },
  async ({ bench, climb, note, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const id = asked.number("chap.id");
    call.send(chapPacket.response(id, counted(16), "n".repeat(params.octets)));
    if (params.octets === 0) await note(may(ANY_VERDICT, "RFC1994-4.1-13").within(2_000));
    else await climb(must(ANY_VERDICT, "RFC1994-4.1-06"));
  },
);

conformance(
  {
    id: "rfc1994-0123",
    clause: CLAUSES["RFC1994-4.1-13"],
    needs: ["lac", "chap"],
    story: "the device answers a Challenge with a Name of its own, whatever the Name that it was asked under",
    params: [{ octets: 1 }, { octets: 16 }, { octets: 255 }],
  },
  async ({ bench, climb, allow, user, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Response"));
    await call.openLcp(user, gateway, CHAP_BY_HAND);
    call.send(chapPacket.challenge(7, counted(16), "n".repeat(params.octets)));
    await climb(must(chap("Response", { "chap.id": 7, "chap.name": not("") }), "RFC1994-4.1-13"));
  },
);

conformance(
  {
    id: "rfc1994-0124",
    version: 2,
    clause: CLAUSES["RFC1994-4.1-20"],
    clauses: [CLAUSES["RFC1994-4.1-08"], CLAUSES["RFC1994-4.1-07"]],
    needs: ["lns", "chap"],
    story:
      "in the network phase a wrong Response to the Challenge that was met gets Success as the right one does, and data flow as before",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), chap("Success"));
    call.begin(caller, gateway, { auth: "chap" });
    const asked = await climb(given(chap("Challenge")));
    const first = await climb(given(chap("Success")));
    await call.ipOpened();
    await call.carries();
    const id = asked.number("chap.id");
    const message = first.text("chap.message");
    const right = chapMd5(id, caller.password, asked.octets("chap.value"));
    call.send(chapPacket.response(id, right, caller.user));
    await climb(must(chap("Success", { "chap.id": id }), "RFC1994-4.1-08"));
    call.send(chapPacket.response(id, right, caller.user));
    await note(may(chap("Success", { "chap.id": id, "chap.message": not(message) }), "RFC1994-4.1-20").within(1_000));
    call.send(chapPacket.response(id, counted(16), caller.user));
    await climb(must(chap("Success", { "chap.id": id }), "RFC1994-4.1-08"));
    call.ping(7, 1);
    await climb(must(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1994-4.1-07"));
  },
);

conformance(
  {
    id: "rfc1994-0125",
    clause: CLAUSES["RFC1994-4.2-11"],
    needs: ["chap"],
    story: "Success without a message lets the device in; the device's own has a message, which may be empty",
  },
  async ({ role, bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), chap("Response"));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    if (role === "lac") {
      call.send(chapPacket.challenge(7, counted(16), bench.hostName));
      await climb(given(chap("Response", { "chap.id": 7 })));
      call.send(chapPacket.success(7));
      await climb(must(ipcp("Configure-Request"), "RFC1994-4.2-11"));
      return;
    }
    const asked = await climb(given(chap("Challenge")));
    const id = asked.number("chap.id");
    call.send(chapPacket.response(id, { secret: caller.password, challenge: asked.octets("chap.value") }, caller.user));
    await climb(must(chap("Success", { "chap.id": id, "chap.message": present }), "RFC1994-4.2-11"));
  },
);

conformance(
  {
    id: "rfc1994-0126",
    clause: CLAUSES["RFC1994-2.3-06"],
    needs: ["lns", "chap"],
    story:
      "a Response that comes late, when the device has challenged anew: by the old Identifier, or with the old Value's digest, it is no Success",
    params: [{ identifier: "old" }, { identifier: "new" }],
    waitsMs: 5_000,
  },
  async ({ bench, climb, note, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"), chap("Failure"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const old = await climb(given(chap("Challenge")));
    const another = { "chap.id": not(old.get("chap.id")), "chap.value": not(old.get("chap.value")) };
    // One that repeats itself (RFC1994-4.1-12) has not challenged anew.
    const fresh = await note(may(chap("Challenge", another), "RFC1994-2.3-06"));
    if (fresh === undefined) return;
    const id = (params.identifier === "old" ? old : fresh).number("chap.id");
    call.send(chapPacket.response(id, { secret: caller.password, challenge: old.octets("chap.value") }, caller.user));
    await silence(never(chap("Success"), "RFC1994-2.3-06").within(2_000));
  },
);

conformance(
  {
    id: "rfc1994-0127",
    clause: CLAUSES["RFC1994-2.3-06"],
    needs: ["lns", "chap"],
    story: "a right Response under an Identifier that the device never gave is no Success",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"), chap("Failure"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const id = (asked.number("chap.id") + 100) & 0xff;
    call.send(chapPacket.response(id, { secret: caller.password, challenge: asked.octets("chap.value") }, caller.user));
    await silence(never(chap("Success"), "RFC1994-2.3-06").within(2_000));
  },
);

conformance(
  {
    id: "rfc1994-0128",
    clause: CLAUSES["RFC1994-S-01"],
    needs: ["lns", "chap"],
    story: "after Failure a right Response to the same Challenge is no second try: no Success, and no IPCP",
  },
  async ({ bench, climb, note, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, authentication, ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const id = asked.number("chap.id");
    call.send(chapPacket.response(id, counted(16), caller.user));
    // Where the call is given up without it (RFC1994-4.2-02) there is nothing left to try.
    if ((await note(may(chap("Failure", { "chap.id": id }), "RFC1994-S-01").within(5_000))) === undefined) return;
    call.send(chapPacket.response(id, { secret: caller.password, challenge: asked.octets("chap.value") }, caller.user));
    const entry = anyOf(chap("Success"), packet("IPCP packet", { "ipcp.code": present }));
    await silence(never(entry, "RFC1994-S-01").within(2_000));
  },
);
