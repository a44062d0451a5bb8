import { describe, expect, test } from "vitest";
import { maskSecrets } from "./mask.ts";
import { canonical, differencesOf, parseConfiguration, viewAt } from "./snapshot.ts";

const AR = `[V200R010C10SPC700]
#
 sysname AR
#
 l2tp enable
#
aaa
 authentication-scheme default
 domain default
  service-type internetaccess
 local-user admin password irreversible-cipher $1a$Wx>:$abc$
#
interface GigabitEthernet0/0/0
 ip address 10.78.18.3 255.255.255.0
#
interface Virtual-Template1
#
ip route-static 0.0.0.0 0.0.0.0 10.78.18.1
ip route-static 10.1.1.0 255.255.255.0 Virtual-Template1
#
return
`;

describe("a configuration", () => {
  test("is a tree of views, between an AR's first line that looks like a prompt and the end", () => {
    const leaf = (line: string): object => ({ line, children: [] });
    expect(parseConfiguration(AR)).toEqual([
      leaf("sysname AR"),
      leaf("l2tp enable"),
      {
        line: "aaa",
        children: [
          leaf("authentication-scheme default"),
          { line: "domain default", children: [leaf("service-type internetaccess")] },
          leaf("local-user admin password irreversible-cipher $1a$Wx>:$abc$"),
        ],
      },
      { line: "interface GigabitEthernet0/0/0", children: [leaf("ip address 10.78.18.3 255.255.255.0")] },
      leaf("interface Virtual-Template1"),
      leaf("ip route-static 0.0.0.0 0.0.0.0 10.78.18.1"),
      leaf("ip route-static 10.1.1.0 255.255.255.0 Virtual-Template1"),
    ]);
  });

  test("a view that is printed in two places is one, and a view without lines is there", () => {
    const tree = parseConfiguration("#\naaa\n domain a\n#\naaa\n domain b\n#\nreturn\n");
    expect(viewAt(tree, ["aaa"])?.map(({ line }) => line)).toEqual(["domain a", "domain b"]);
    expect(viewAt(tree, ["aaa", "domain b"])).toEqual([]);
    expect(viewAt(tree, ["aaa", "domain c"])).toBeUndefined();
  });
});

test.each([
  ["ip address 1.1.1.1 255.255.255.0", "ip address 1.1.1.1 24"],
  ["source-address 10.1.1.0 mask 255.255.255.0", "source-address 10.1.1.0 24"],
  ["ip route-static 0.0.0.0 0.0.0.0 1.1.1.254", "ip route-static 0.0.0.0 0 1.1.1.254"],
  ["egress-interface Virtual-Template 1", "egress-interface Virtual-Template1"],
  ["policy source 10.1.1.0 0.0.0.255", "policy source 10.1.1.0 mask 255.255.255.0"],
  ["policy source 1.1.1.1 0.0.0.0", "policy source 1.1.1.1 0"],
])("%s says the same as %s", (one, other) => {
  expect(canonical(one)).toBe(canonical(other));
});

test.each([
  ["ip address 1.1.1.1 255.255.255.0", "ip address 1.1.1.1 255.255.0.0"],
  ["section 0 172.16.1.51 172.16.1.200", "section 0 172.16.1.51 172.16.1.201"],
  ["policy source 1.1.1.1 0.0.0.0", "policy source 1.1.1.1 mask 0.0.0.0"],
])("%s says something else than %s", (one, other) => {
  expect(canonical(one)).not.toBe(canonical(other));
});

test("two configurations differ by lines in their views, whatever the order", () => {
  const before = "#\n sysname A\n#\naaa\n domain a\n  service-type l2tp\n domain b\n#\nreturn\n";
  const after =
    "#\naaa\n domain b\n domain a\n  service-type ppp\n#\nl2tp-group 1\n tunnel name lac\n#\n sysname A\n#\n";
  expect(differencesOf(before, after)).toEqual([
    { sign: "-", section: "aaa / domain a", line: "service-type l2tp" },
    { sign: "+", section: "aaa / domain a", line: "service-type ppp" },
    { sign: "+", section: "", line: "l2tp-group 1" },
    { sign: "+", section: "l2tp-group 1", line: "tunnel name lac" },
  ]);
});

test("rules that have changed places are a difference, since the first that matches decides", () => {
  const rules = (...names: readonly string[]): string =>
    `#\nsecurity-policy\n${names.map((name) => ` rule name ${name}\n  action permit\n`).join("")}#\nreturn\n`;
  expect(differencesOf(rules("a", "b", "c"), rules("a", "b", "c"))).toEqual([]);
  // One that came or went displaces nobody.
  expect(differencesOf(rules("a", "b"), rules("x", "a", "b")).map(({ line }) => line)).toEqual([
    "rule name x",
    "action permit",
  ]);
  expect(differencesOf(rules("a", "b", "c"), rules("b", "a", "c"))).toEqual([
    { sign: "-", section: "security-policy", line: "rule name a" },
    { sign: "+", section: "security-policy", line: "rule name b" },
    { sign: "-", section: "security-policy", line: "rule name b" },
    { sign: "+", section: "security-policy", line: "rule name a" },
  ]);
});

describe("a secret is masked", () => {
  test.each([
    [" tunnel password cipher %^%#a b'c%^%#", " tunnel password cipher ***"],
    [" tunnel password simple Huawei@123", " tunnel password simple ***"],
    [" password Admin@123", " password ***"],
    [" ppp pap local-user hb@hb password cipher %$%$x%$%$", " ppp pap local-user hb@hb password cipher ***"],
    [
      " local-user a password irreversible-cipher $1c$x y$z$ level 3",
      /^ local-user a password irreversible-cipher \*\*\*/,
    ],
    [" pre-shared-key cipher abc", " pre-shared-key cipher ***"],
    [' snmp-agent community read cipher "a b"', " snmp-agent community read cipher ***"],
    [" radius-server shared-key cipher x", " radius-server shared-key cipher ***"],
    [" ospf authentication-mode md5 1 cipher x", " ospf authentication-mode md5 1 cipher ***"],
  ])("%s", (line, masked) => {
    const found = maskSecrets(line);
    if (typeof masked === "string") expect(found).toBe(masked);
    else expect(found).toMatch(masked);
    expect(maskSecrets(found)).toBe(found);
  });

  test("and nothing else is: a line that ends with the word holds none", () => {
    const text = " internet-access mode password\n authentication-scheme default\n ppp authentication-mode chap pap\n";
    expect(maskSecrets(text)).toBe(text);
  });

  test("wherever it stands, if it is known and long enough to be told from other words", () => {
    expect(maskSecrets("description Huawei@123 on 1", ["Huawei@123", "1"])).toBe("description *** on 1");
  });
});
