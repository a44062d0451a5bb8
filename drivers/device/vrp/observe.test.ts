import { describe, expect, test } from "vitest";
import { flowsIn, pingIn, policiesIn, pppLinkIn, sessionsIn, tunnelsIn, versionIn } from "./observe.ts";
import { totalOf } from "./table.ts";

const AR_TUNNEL = ` Total tunnel : 1
 LocalTID RemoteTID RemoteAddress    Port   Sessions RemoteName
 8        11729     10.5.1.9         1701   1        ZJG_MX960-4
`;
const V8_TUNNEL = `  ---------------------------------------------------------
  -----------tunnel information in LAC----------------------
 Total 0,0 printed
  ---------------------------------------------------------
  -----------tunnel information in LNS----------------------
 The tunnel information of k board 1
 LocalTID RemoteTID RemoteAddress    Port   Sessions RemoteName
 ------------------------------------------------------------------------------
 39       4         1.1.1.1    1701   1        user1@domain1
 ------------------------------------------------------------------------------
  Total 1, 1 printed from slot 1
`;

describe("display l2tp tunnel", () => {
  test("of an AR", () => {
    expect(tunnelsIn(AR_TUNNEL)).toEqual([
      {
        localId: 8,
        remoteId: 11729,
        remoteAddress: "10.5.1.9",
        remotePort: 1701,
        sessions: 1,
        remoteName: "ZJG_MX960-4",
      },
    ]);
    expect(totalOf(AR_TUNNEL)).toBe(1);
  });

  test("of a V8, with a rule below the header and two tables", () => {
    expect(tunnelsIn(V8_TUNNEL)).toMatchObject([{ localId: 39, remoteId: 4, remoteName: "user1@domain1" }]);
  });

  test("of an old USG, and none at all", () => {
    expect(tunnelsIn(AR_TUNNEL.replace("tunnel :", "tunnel ="))).toHaveLength(1);
    expect(tunnelsIn(" Total tunnel = 0\n LocalTID RemoteTID RemoteAddress    Port   Sessions RemoteName\n")).toEqual(
      [],
    );
  });

  test("a column that is not there is named", () => {
    expect(() => tunnelsIn(" LocalTID RemoteTID RemoteAddress\n 8        9         1.1.1.1\n")).toThrow(
      'device: display: expected a number in column Port, found "no such column"',
    );
  });
});

test.each([
  [
    "AR",
    ` Total session : 1
 LocalSID  RemoteSID  LocalTID  Interface            LclTAddr        RmtTAddr        LclSAddr        RmtSAddr
 1         5079       8         Virtual-Template1:0  10.78.18.3      10.5.1.9        210.32.148.92   10.0.2.72
`,
  ],
  [
    "V8",
    ` LocalSID  RemoteSID  LocalTID   RemoteTID  UserID  UserName
 ------------------------------------------------------------------------------
 1         5079       8          4          77      user1@domain1
 ------------------------------------------------------------------------------
 Total 1, 1 printed from slot 1
`,
  ],
  ["old USG", " Total session = 1\n LocalSID  RemoteSID  LocalTID\n 1         5079       8\n"],
])("display l2tp session, %s", (_, output) => {
  expect(sessionsIn(output)).toEqual([{ localId: 1, remoteId: 5079, localTunnelId: 8 }]);
});

test("display nat-policy rule all: the hits are what tells that a rule was used", () => {
  const output = `Total:2
RULE ID  RULE NAME                         STATE      ACTION       HITS
-------------------------------------------------------------------------------
1        no_pat                            enable     src-nat      5
0        default                           enable     no-nat       0
-------------------------------------------------------------------------------
`;
  expect(policiesIn(output)).toEqual([
    { name: "no_pat", enabled: true, action: "src-nat", hits: 5 },
    { name: "default", enabled: true, action: "no-nat", hits: 0 },
  ]);
  expect(totalOf(output)).toBe(2);
});

describe("display firewall session table", () => {
  test.each([
    ["with blanks", " icmp  VPN: public --> public  10.1.1.1:14233[202.100.1.5:14233] --> 202.100.1.254:2048"],
    ["tight", "icmp VPN:public-->public 10.1.1.1:14233[202.100.1.5:14233]-->202.100.1.254:2048"],
  ])("a translated flow, %s", (_, line) => {
    expect(flowsIn(` Current Total Sessions : 1\n${line}\n`)).toEqual([
      {
        protocol: "icmp",
        source: { address: "10.1.1.1", port: 14233 },
        translated: { address: "202.100.1.5", port: 14233 },
        destination: { address: "202.100.1.254", port: 2048 },
      },
    ]);
  });

  test("a flow that is not translated", () => {
    const line = "l2tp  VPN: public --> public  1.1.1.1:60416 --> 2.2.2.2:1701";
    expect(flowsIn(line)).toMatchObject([{ protocol: "l2tp", translated: undefined }]);
  });
});

describe("display interface Virtual-Template 1", () => {
  test("that is down at LCP, with an address of its own", () => {
    const output = `Virtual-Template1 current state : UP
Line protocol current state : UP
Route Port,The Maximum Transmit Unit is 1492, Hold timer is 10(sec)
Internet Address is 10.1.12.2/24
Link layer protocol is PPP
LCP initial
`;
    expect(pppLinkIn(output)).toEqual({
      up: true,
      lcpOpened: false,
      ipcpOpened: false,
      address: "10.1.12.2",
      mtu: 1492,
    });
  });

  test("that is open, with the address that IPCP gave", () => {
    const output = "Internet Address is negotiated, 192.214.198.156/32\nLCP opened, IPCP opened\n";
    expect(pppLinkIn(output)).toMatchObject({ lcpOpened: true, ipcpOpened: true, address: "192.214.198.156" });
  });
});

test("display version tells the dialect, or that this is no VRP", () => {
  const output =
    "Huawei Versatile Routing Platform Software\nVRP (R) software, Version 5.170 (AR2220 V300R003C00SPC200)\n";
  expect(versionIn(output)).toEqual({
    vendor: "Huawei",
    model: "AR2220",
    software: "V300R003C00SPC200",
    vrpVersion: "5.170",
  });
  expect(() => versionIn("Comware Software, Version 7.1")).toThrow(
    "device: display version: expected the version of a VRP, found none",
  );
});

test.each([
  ["  1 packet(s) transmitted\n    1 packet(s) received\n    0.00% packet loss", { sent: 1, received: 1 }],
  ["10 packets transmitted, 0 received, 100% packet loss", { sent: 10, received: 0 }],
  ["1 packet transmitted, 10 packet(s) received", { sent: 1, received: 10 }],
])("ping: %s", (output, seen) => {
  expect(pingIn(output)).toEqual(seen);
});

test.each([
  "",
  "  1 packet(s) transmitted",
  "  PING 10.1.1.2: 56  data bytes, press CTRL_C to break\n  Request time out",
])("ping whose numbers are not there: %j", (output) => {
  expect(() => pingIn(output)).toThrow("device: ping: expected the numbers of packets sent and received, found none");
});
