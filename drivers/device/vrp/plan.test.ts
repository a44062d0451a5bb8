import { describe, expect, test } from "vitest";
import type { LacIntent } from "../intent.ts";
import { USG6000 } from "./dialect-usg6000.ts";
import { asFound } from "./found.ts";
import { FOUND, LAC, LNS } from "./intent.fixture.ts";
import { plan, type Sent } from "./plan.ts";
import type { Section } from "./section.ts";
import { parseConfiguration } from "./snapshot.ts";

const NAMES = { template: "Virtual-Template1", group: "1", pool: "pool1" };
const render = (intent: LacIntent): readonly Section[] => USG6000.render(intent, NAMES);

function shown(steps: readonly Sent[]): readonly string[] {
  return steps.map(({ path, text }) => [...path, text ?? "(enter)"].join(" / "));
}

describe("from one configuration of ours to the next", () => {
  test("to call another LNS takes two lines", () => {
    const steps = plan(render(LAC), render({ ...LAC, lns: "2.2.2.9" }));
    expect(shown(steps)).toEqual([
      "l2tp-group 1 / undo start l2tp",
      "l2tp-group 1 / start l2tp ip 2.2.2.9 fullusername hb@hb",
    ]);
    expect(steps.map(({ back }) => shown(back))).toEqual([
      ["l2tp-group 1 / start l2tp ip 2.2.2.2 fullusername hb@hb"],
      ["l2tp-group 1 / undo start l2tp"],
    ]);
    expect(steps.filter(({ entry }) => entry !== undefined)).toEqual([]);
  });

  test("to call as another user takes his credentials, and the call last", () => {
    const user = { name: "li@hb", password: "other1" };
    expect(shown(plan(render(LAC), render({ ...LAC, user })))).toEqual([
      "l2tp-group 1 / undo start l2tp",
      "interface Virtual-Template1 / undo call-lns local-user",
      "interface Virtual-Template1 / ppp chap user li@hb",
      "interface Virtual-Template1 / ppp chap password cipher other1",
      "interface Virtual-Template1 / ppp pap local-user li@hb password cipher other1",
      "interface Virtual-Template1 / call-lns local-user li@hb binding l2tp-group 1",
      "l2tp-group 1 / start l2tp ip 2.2.2.2 fullusername li@hb",
    ]);
  });

  test("to call nobody takes one line, and to stay as it is none", () => {
    const { lns: _, ...nobody } = LAC;
    expect(shown(plan(render(LAC), render(nobody)))).toEqual(["l2tp-group 1 / undo start l2tp"]);
    expect(plan(render(LAC), render(LAC))).toEqual([]);
  });

  test("a rule that changes is made anew, as half of it would permit too much", () => {
    const [first, ...others] = LAC.policies;
    const narrower = { ...LAC, policies: [{ ...first!, source: "10.1.1.0/25" }, ...others] };
    const steps = plan(render(LAC), render(narrower));
    expect(shown(steps)).toEqual([
      "security-policy / undo rule name trust_dmz",
      "security-policy / rule name trust_dmz / (enter)",
      "security-policy / rule name trust_dmz / source-zone trust",
      "security-policy / rule name trust_dmz / destination-zone dmz",
      "security-policy / rule name trust_dmz / source-address 10.1.1.0 mask 255.255.255.128",
      "security-policy / rule name trust_dmz / destination-address 192.168.1.0 mask 255.255.255.0",
      "security-policy / rule name trust_dmz / action permit",
    ]);
    expect(shown(steps[0]!.back)).toContain(
      "security-policy / rule name trust_dmz / source-address 10.1.1.0 mask 255.255.255.0",
    );
  });

  test("what is made last is taken back first, and a view goes with all that stands in it", () => {
    expect(shown(plan(render(LAC), [])).slice(0, 6)).toEqual([
      "nat-policy / undo rule name policy1",
      "security-policy / undo rule name dmz_trust",
      "security-policy / undo rule name local_untrust_l2tp",
      "security-policy / undo rule name trust_dmz",
      "undo ip route-static 192.168.1.0 255.255.255.0 Virtual-Template1",
      "undo ip route-static 0.0.0.0 0.0.0.0 1.1.1.254",
    ]);
    expect(shown(plan(render(LAC), [])).filter((line) => line.includes("l2tp-group"))).toEqual(["undo l2tp-group 1"]);
  });
});

describe("held against what is found", () => {
  const against = (more: string, intent: LacIntent | typeof LNS = LAC): readonly Section[] =>
    asFound(USG6000.render(intent, NAMES), parseConfiguration(FOUND.replace(/return\n$/, `${more}\n#\nreturn\n`)));
  const undoOf = (sections: readonly Section[], text: string): string | undefined =>
    sections.flatMap(({ lines }) => lines).find((line) => line.text === text)?.undo;

  test("what stands there already is neither sent nor taken back", () => {
    const sections = against(" l2tp enable\n#\nip route-static 192.168.1.0 24 Virtual-Template1");
    const sent = sections.flatMap(({ lines }) => lines.map(({ text }) => text));
    expect(sent).not.toContain("l2tp enable");
    expect(sent.filter((text) => text.startsWith("ip route-static"))).toEqual([
      "ip route-static 0.0.0.0 0.0.0.0 1.1.1.254",
    ]);
  });

  test("a setting that another replaces comes back as it stood", () => {
    const sections = against("");
    expect(undoOf(sections, "ip address 1.1.1.1 255.255.255.0")).toBe("ip address 10.20.0.1 255.255.255.0");
    expect(undoOf(sections, "ip address 10.1.1.1 255.255.255.0")).toBe("undo ip address");
    expect(undoOf(sections, "undo shutdown")).toBe("shutdown");
  });

  test("an interface leaves its zone, a route gives way, and both come back with all that adorned them", () => {
    const sections = against("");
    expect(undoOf(sections, "undo add interface GigabitEthernet1/0/1")).toBe("add interface GigabitEthernet1/0/1");
    expect(undoOf(sections, "undo ip route-static 0.0.0.0 0.0.0.0 10.20.0.254")).toBe(
      "ip route-static 0.0.0.0 0.0.0.0 10.20.0.254 preference 70",
    );
  });

  test.each([
    ["l2tp-group 1\n tunnel name x", "l2tp-group 1", "names.group"],
    ["interface Virtual-Template1\n mtu 1400", "interface Virtual-Template1", "names.template"],
    [
      "security-policy\n rule name dmz_trust\n  action deny",
      "security-policy / rule name dmz_trust",
      "policies[].name",
    ],
    ["nat-policy\n rule name policy1\n  action no-nat", "nat-policy / rule name policy1", "nat[].name"],
  ])("an object of that name is not ours: %j", (more, what, rename) => {
    expect(() => against(more)).toThrow(
      `device: apply: ${what} exists on the device and is not ours; choose another name by ${rename}`,
    );
  });

  test("a domain may be there: its settings come back", () => {
    const sections = against("aaa\n domain hb\n  service-type internetaccess", LNS);
    expect(sections.find(({ path }) => path[1] === "domain hb")).not.toHaveProperty("remove");
    expect(undoOf(sections, "service-type l2tp")).toBe("service-type internetaccess");
    expect(undoOf(sections, "service-scheme l2tp")).toBe("undo service-scheme");
  });

  test("an interface that the device does not have is named, with those that it has", () => {
    const other = { ...LAC, interfaces: [{ ...LAC.interfaces[0]!, name: "GigabitEthernet1/0/9" }] };
    expect(() => against("", other)).toThrow(
      "device: apply: expected interface GigabitEthernet1/0/9 on the device, found GigabitEthernet0/0/0, GigabitEthernet1/0/1, GigabitEthernet1/0/2",
    );
  });
});
