import { describe, expect, test } from "vitest";
import { USG } from "./dialect-usg.ts";
import { USG6000 } from "./dialect-usg6000.ts";
import { V8 } from "./dialect-v8.ts";
import { dialectNameIn, type VrpNames } from "./dialect.ts";
import { LAC, LNS } from "./intent.fixture.ts";
import type { Section } from "./section.ts";

const NAMES: VrpNames = { template: "Virtual-Template1", group: "1", pool: "pool1" };

/** As an operator would write it down: each view by its lines, what stands in it one blank to the right. */
function text(sections: readonly Section[]): string {
  return sections
    .flatMap(({ path, lines }) => [
      ...path.map((line, depth) => `${" ".repeat(depth)}${line}`),
      ...lines.map((line) => `${" ".repeat(path.length)}${line.text}`),
    ])
    .join("\n");
}

const LAC_TUNNEL = `l2tp enable
interface GigabitEthernet1/0/1
 undo shutdown
 ip address 1.1.1.1 255.255.255.0
interface GigabitEthernet1/0/2
 undo shutdown
 ip address 10.1.1.1 255.255.255.0
l2tp-group 1
 tunnel authentication
 tunnel password cipher Huawei@123
 tunnel name lac
interface Virtual-Template1
 ppp authentication-mode chap pap
 ppp chap user hb@hb
 ppp chap password cipher admin@123
 ppp pap local-user hb@hb password cipher admin@123
 ip address ppp-negotiate
 call-lns local-user hb@hb binding l2tp-group 1`;

const ZONES = `firewall zone trust
 add interface GigabitEthernet1/0/2
firewall zone dmz
 add interface Virtual-Template1
firewall zone untrust
 add interface GigabitEthernet1/0/1`;

const LAC_ROUTES = `ip route-static 0.0.0.0 0.0.0.0 1.1.1.254
ip route-static 192.168.1.0 255.255.255.0 Virtual-Template1`;

const LAC_RULES = `security-policy
 rule name trust_dmz
  source-zone trust
  destination-zone dmz
  source-address 10.1.1.0 mask 255.255.255.0
  destination-address 192.168.1.0 mask 255.255.255.0
  action permit
security-policy
 rule name local_untrust_l2tp
  source-zone local
  destination-zone untrust
  source-address 1.1.1.1 mask 255.255.255.255
  destination-address 2.2.2.2 mask 255.255.255.255
  service l2tp
  action permit
security-policy
 rule name dmz_trust
  source-zone dmz
  destination-zone trust
  source-address 192.168.1.0 mask 255.255.255.0
  destination-address 10.1.1.0 mask 255.255.255.0
  action permit
nat-policy
 rule name policy1
  egress-interface Virtual-Template1
  source-address 10.1.1.0 mask 255.255.255.0
  action source-nat easy-ip`;

const LNS_RULES = `security-policy
 rule name untrust_local_l2tp
  source-zone untrust
  destination-zone local
  source-address 1.1.1.1 mask 255.255.255.255
  destination-address 2.2.2.2 mask 255.255.255.255
  service l2tp
  action permit
security-policy
 rule name dmz_trust
  source-zone dmz
  destination-zone trust
  source-address 172.16.1.0 mask 255.255.255.0
  destination-address 192.168.1.0 mask 255.255.255.0
  action permit
security-policy
 rule name trust_dmz
  source-zone trust
  destination-zone dmz
  source-address 192.168.1.0 mask 255.255.255.0
  destination-address 172.16.1.0 mask 255.255.255.0
  action permit`;

const LNS_INTERFACES = `l2tp enable
interface GigabitEthernet1/0/1
 undo shutdown
 ip address 2.2.2.2 255.255.255.0
interface GigabitEthernet1/0/2
 undo shutdown
 ip address 192.168.1.1 255.255.255.0`;

const LNS_GROUP = `l2tp-group 1
 tunnel authentication
 tunnel password cipher Huawei@123
 tunnel name lns`;

const START = `l2tp-group 1
 start l2tp ip 2.2.2.2 fullusername hb@hb`;
const ALLOW = `l2tp-group 1
 allow l2tp virtual-template 1 remote lac`;

describe("a USG6000", () => {
  test("as the scenario's LAC", () => {
    const expected = [LAC_TUNNEL, ZONES, LAC_ROUTES, LAC_RULES, START].join("\n");
    expect(text(USG6000.render(LAC, NAMES))).toBe(expected);
  });

  test("as the scenario's LNS", () => {
    const server = `ip pool pool1
 section 0 172.16.1.51 172.16.1.200
aaa
 service-scheme l2tp
  ip-pool pool1
aaa
 domain hb
  service-type l2tp
  service-scheme l2tp
user-manage user hb domain hb
 password admin@123
 parent-group /hb
interface Virtual-Template1
 ppp authentication-mode chap pap
 ip address 172.16.1.1 255.255.255.0
 remote service-scheme l2tp`;
    const route = "ip route-static 10.1.1.0 255.255.255.0 Virtual-Template1";
    const expected = [LNS_INTERFACES, server, LNS_GROUP, ZONES, route, LNS_RULES, ALLOW].join("\n");
    expect(text(USG6000.render(LNS, NAMES))).toBe(expected);
  });

  test("that is to call nobody has all but the line that calls", () => {
    const { lns: _, ...nobody } = LAC;
    const expected = [LAC_TUNNEL, ZONES, LAC_ROUTES, LAC_RULES].join("\n");
    expect(text(USG6000.render(nobody, NAMES))).toBe(expected);
  });

  test("takes what the intent names of a tunnel, and calls its objects as it is told", () => {
    const { tunnelSecret: _, ...open } = LAC;
    const names = { template: "Virtual-Template7", group: "5", pool: "pool9" };
    const rendered = text(USG6000.render({ ...open, helloSeconds: 0, hideAvps: true, mru: 1400, mss: 1200 }, names));
    expect(rendered).toContain(`l2tp-group 5
 undo tunnel authentication
 tunnel name lac
 tunnel timer hello 0
 tunnel avp-hidden
interface Virtual-Template7`);
    expect(rendered).toContain(` ip address ppp-negotiate
 mtu 1400
 tcp adjust-mss 1200
 call-lns local-user hb@hb binding l2tp-group 5`);
    expect(rendered).toContain(" add interface Virtual-Template7");
  });

  test.each([
    ["pap", " ppp pap local-user hb@hb password cipher admin@123"],
    ["chap", " ppp chap user hb@hb\n ppp chap password cipher admin@123"],
  ] as const)("that is to do %s alone has the credentials of no other", (protocol, lines) => {
    expect(text(USG6000.render({ ...LAC, authentication: [protocol] }, NAMES))).toContain(
      ` ppp authentication-mode ${protocol}\n${lines}\n ip address ppp-negotiate`,
    );
  });

  test("a rule about any address names none, and a user without a domain is one of the default", () => {
    const [policy] = LAC.policies;
    const any = { ...LAC, policies: [{ ...policy!, source: "0.0.0.0/0" }] };
    expect(text(USG6000.render(any, NAMES))).toContain(" destination-zone dmz\n  destination-address 192.168.1.0 ");
    const plain = { ...LNS, users: [{ name: "wu", password: "secret1" }] };
    expect(text(USG6000.render(plain, NAMES))).toContain("user-manage user wu domain default\n password secret1\n");
  });
});

describe("a USG of the generation before", () => {
  test("as the scenario's LAC", () => {
    const rules = `policy interzone trust dmz outbound
policy interzone trust dmz outbound
 policy 1
  action permit
  policy source 10.1.1.0 0.0.0.255
  policy destination 192.168.1.0 0.0.0.255
policy interzone local untrust outbound
policy interzone local untrust outbound
 policy 1
  action permit
  policy service service-set l2tp
  policy source 1.1.1.1 0.0.0.0
  policy destination 2.2.2.2 0.0.0.0
policy interzone trust dmz inbound
policy interzone trust dmz inbound
 policy 1
  action permit
  policy source 192.168.1.0 0.0.0.255
  policy destination 10.1.1.0 0.0.0.255
nat-policy interzone trust dmz outbound
nat-policy interzone trust dmz outbound
 policy 1
  action source-nat
  policy source 10.1.1.0 0.0.0.255
  easy-ip Virtual-Template1`;
    expect(text(USG.render(LAC, NAMES))).toBe([LAC_TUNNEL, ZONES, LAC_ROUTES, rules, START].join("\n"));
  });

  test("as the scenario's LNS", () => {
    const server = `aaa
 ip pool 1 172.16.1.51 172.16.1.200
 local-user hb@hb password cipher admin@123
 local-user hb@hb service-type ppp
interface Virtual-Template1
 ppp authentication-mode chap pap
 ip address 172.16.1.1 255.255.255.0
 remote address pool 1`;
    const rules = `policy interzone local untrust inbound
policy interzone local untrust inbound
 policy 1
  action permit
  policy service service-set l2tp
  policy source 1.1.1.1 0.0.0.0
  policy destination 2.2.2.2 0.0.0.0
policy interzone trust dmz inbound
policy interzone trust dmz inbound
 policy 1
  action permit
  policy source 172.16.1.0 0.0.0.255
  policy destination 192.168.1.0 0.0.0.255
policy interzone trust dmz outbound
policy interzone trust dmz outbound
 policy 1
  action permit
  policy source 192.168.1.0 0.0.0.255
  policy destination 172.16.1.0 0.0.0.255`;
    const route = "ip route-static 10.1.1.0 255.255.255.0 Virtual-Template1";
    const expected = [LNS_INTERFACES, server, LNS_GROUP, ZONES, route, rules, ALLOW].join("\n");
    expect(text(USG.render(LNS, NAMES))).toBe(expected);
  });

  test("numbers the policies of one pair of zones one after the other, from where it is told", () => {
    const [policy] = LAC.policies;
    const rendered = text(USG.render({ ...LAC, policies: [policy!, policy!] }, { ...NAMES, firstPolicy: 20 }));
    expect(rendered.match(/^ policy \d+$/gm)).toEqual([" policy 20", " policy 21", " policy 20"]);
  });
});

describe("a VRP of version 8", () => {
  test("as the scenario's LAC, with the source of its tunnel", () => {
    const tunnel = LAC_TUNNEL.replace(" tunnel name lac", " tunnel name lac\n tunnel source LoopBack0");
    const expected = [tunnel, LAC_ROUTES, ZONES, LAC_RULES, START]
      .join("\n")
      .replaceAll("l2tp-group 1", "l2tp-group lac1");
    expect(text(V8.render(LAC, { ...NAMES, group: "lac1", source: "LoopBack0" }))).toBe(expected);
  });

  test("as an LNS that is a router: a board ends the tunnels, and there are no zones", () => {
    const server = `ip pool pool1 bas local
 gateway 172.16.1.1 255.255.255.0
 section 0 172.16.1.51 172.16.1.200
aaa
 local-user hb@hb password cipher admin@123
 local-user hb@hb service-type ppp
aaa
 domain hb
  ip-pool pool1
lns-group group1
 bind slot 1
 bind source LoopBack0
interface Virtual-Template1
 ppp authentication-mode chap pap
 ip address 172.16.1.1 255.255.255.0`;
    const route = "ip route-static 10.1.1.0 255.255.255.0 Virtual-Template1";
    const names = { ...NAMES, zones: false, lnsGroup: "group1", slot: "1", source: "LoopBack0" };
    const expected = [LNS_INTERFACES, server, LNS_GROUP, route, ALLOW].join("\n");
    expect(text(V8.render({ ...LNS, policies: [] }, names))).toBe(expected);
    expect(() => V8.render(LNS, names)).toThrow(
      "device: apply: expected no policies for a device without zones, found untrust_local_l2tp",
    );
  });
});

describe("display version tells the dialect", () => {
  test.each([
    ["5.170 (USG6000 V500R005C00SPC100)", "usg6000"],
    ["5.170 (USG6630E V600R007C20)", "usg6000"],
    ["5.30 (USG5500 V300R001C00SPC700)", "usg"],
    ["5.30 (Eudemon200E-X V300R001C00)", "usg"],
    ["8.180 (NE40E V800R010C00SPC500)", "v8"],
  ])("%s: %s", (version, name) => {
    expect(dialectNameIn(`VRP (R) software, Version ${version}\n`)).toBe(name);
  });

  test("or that there is none for it", () => {
    expect(() => dialectNameIn("VRP (R) software, Version 5.170 (AR2220 V300R003C00SPC200)\n")).toThrow(
      "device: display version: expected a USG or a VRP of version 8, found AR2220 V300R003C00SPC200; name the dialect (usg6000, usg, v8)",
    );
  });
});
