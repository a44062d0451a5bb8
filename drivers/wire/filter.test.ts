import { describe, expect, test } from "vitest";
import { compileFilter, FilterError } from "./filter.ts";
import { encodeUdpDatagram } from "./ip/udp.ts";
import { avpOf } from "./l2tp/avp.ts";
import { encodeControl, encodeData } from "./l2tp/header.ts";
import { encodeMessage, message } from "./l2tp/message.ts";
import { dissect, type Packet } from "./packet.ts";
import { encodePpp, PPP } from "./ppp/frame.ts";
import { encodeLcp } from "./ppp/lcp.ts";

const LAC = { address: "1.1.1.1", port: 40000 };
const LNS = { address: "2.2.2.2", port: 1701 };

const body = encodeMessage(
  message("SCCRQ", avpOf("hostName", "lac", { m: 0 }), avpOf("hostName", "second"), avpOf("vendorName", 'a "b" \\c')),
);
const SCCRQ = dissect(encodeUdpDatagram(LAC, LNS, encodeControl({ tunnelId: 0, sessionId: 0, ns: 0, nr: 0 }, body)));
const request = encodeLcp({ code: "Configure-Request", id: 1, options: [{ type: "mru", value: 1500 }] });
const LCP = dissect(
  encodeUdpDatagram(LNS, LAC, encodeData({ tunnelId: 7, sessionId: 77 }, encodePpp(PPP.LCP, request))),
);

const passes = (filter: string, p: Packet): boolean => compileFilter(filter)(p);

describe("what a filter lets through", () => {
  test.each<[string, boolean, boolean]>([
    // filter, SCCRQ, LCP
    ['l2tp.type == "SCCRQ"', true, false],
    ['l2tp.type=="SCCRQ"&&l2tp.tunnelId==0', true, false],
    ["l2tp.tunnelId != 0", false, true],
    ["avp.hostName", true, false],
    ["!avp.hostName", false, true],
    ["lcp.option.mru > 1400", false, true],
    ["lcp.option.mru >= 1500 && lcp.option.mru <= 0x5dc", false, true],
    ["lcp.option.mru < 1500", false, false],
    ['ip.src == "1.1.1.1"', true, false],
    ["l2tp.t", true, false],
    ["l2tp.t == false", false, true],
    ['avp.hostName == "second"', true, false],
    ['avp.hostName#2 == "second"', true, false],
    ['avp.hostName#2 == "lac"', false, false],
    ["avp.hostName.m == false", true, false],
    // A field that is not there has no other value either, and one of two equal ones is enough to break !=.
    ['avp.hostName != "x"', true, false],
    ['avp.hostName != "second"', false, false],
    ['!(avp.hostName == "x")', true, true],
    ['avp.vendorName == "a \\"b\\" \\\\c"', true, false],
    ["issue", true, false],
    ['issue == "avp-m-bit"', true, false],
    // ! before && before ||
    ["l2tp.t || lcp.id && avp.hostName", true, false],
    ["(l2tp.t || lcp.id) && lcp.id", false, true],
    ["!l2tp.t || avp.hostName", true, true],
    ["!!l2tp.t", true, false],
    // Comparing a text with a number is no error: the field just never has that value.
    ['l2tp.tunnelId == "7"', false, false],
    ["l2tp.type > 3", false, false],
  ])("%s", (filter, first, second) => {
    expect([passes(filter, SCCRQ), passes(filter, LCP)]).toEqual([first, second]);
  });
});

describe("a bad filter is told where and why", () => {
  test.each([
    ["", "column 1: expected a field such as l2tp.type, found the end"],
    ["l2tp.tunelId == 1", "column 1: expected a field that packets can have, found l2tp.tunelId"],
    ["l2tp.type == ", 'column 14: expected a number, true, false or a "text" in quotes, found the end'],
    ["l2tp.type == SCCRQ", 'column 14: expected a number, true, false or a "text" in quotes, found SCCRQ'],
    [
      "ip.src == 1.1.1.1",
      "column 11: expected a field, a value or an operator, found 1.1.1.1 (a text stands in quotes)",
    ],
    ['l2tp.type == "SCCRQ', "column 14: expected a field, a value or an operator, found a text that is not closed"],
    ['l2tp.type < "a"', 'column 13: expected a number, found "a"'],
    ["l2tp.t & l2tp.s", "column 8: expected a field, a value or an operator, found &"],
    ["l2tp.t l2tp.s", "column 8: expected &&, || or the end, found l2tp.s"],
    ["(l2tp.t", "column 8: expected ), found the end"],
    ["l2tp.t)", "column 7: expected &&, || or the end, found )"],
    ["l2tp.t &&", "column 10: expected a field such as l2tp.type, found the end"],
    ["7 == l2tp.tunnelId", "column 1: expected a field such as l2tp.type, found 7"],
    ["l2tp.t = true", "column 8: expected a field, a value or an operator, found ="],
  ])("%j", (filter, reason) => {
    expect(() => compileFilter(filter)).toThrow(FilterError);
    expect(() => compileFilter(filter)).toThrow(`filter, ${reason}`);
  });
});
