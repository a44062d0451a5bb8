/** The scenario of Call-LNS as intents for its two ends, and a device that has done other things before. */
import { PPP_LINK, type LacIntent, type LnsIntent } from "../intent.ts";

const BRANCH = "10.1.1.0/24";
const HEADQUARTERS = "192.168.1.0/24";
const IN_PPP = "172.16.1.0/24";
export const TUNNEL_SECRET = "Huawei@123";
export const PASSWORD = "admin@123";

export const LAC: LacIntent = {
  role: "lac",
  tunnelName: "lac",
  tunnelSecret: TUNNEL_SECRET,
  authentication: ["chap", "pap"],
  lns: "2.2.2.2",
  user: { name: "hb@hb", password: PASSWORD },
  interfaces: [
    { name: "GigabitEthernet1/0/1", address: "1.1.1.1", prefixLength: 24, zone: "untrust" },
    { name: "GigabitEthernet1/0/2", address: "10.1.1.1", prefixLength: 24, zone: "trust" },
  ],
  pppZone: "dmz",
  policies: [
    { name: "trust_dmz", from: "trust", to: "dmz", source: BRANCH, destination: HEADQUARTERS },
    {
      name: "local_untrust_l2tp",
      from: "local",
      to: "untrust",
      source: "1.1.1.1/32",
      destination: "2.2.2.2/32",
      service: "l2tp",
    },
    { name: "dmz_trust", from: "dmz", to: "trust", source: HEADQUARTERS, destination: BRANCH },
  ],
  nat: [{ name: "policy1", egress: PPP_LINK, source: BRANCH }],
  routes: [
    { to: "0.0.0.0/0", via: "1.1.1.254" },
    { to: HEADQUARTERS, via: PPP_LINK },
  ],
};

export const LNS: LnsIntent = {
  role: "lns",
  tunnelName: "lns",
  tunnelSecret: TUNNEL_SECRET,
  authentication: ["chap", "pap"],
  peerName: "lac",
  users: [{ name: "hb@hb", password: PASSWORD }],
  pool: { first: "172.16.1.51", last: "172.16.1.200" },
  gateway: { address: "172.16.1.1", prefixLength: 24 },
  interfaces: [
    { name: "GigabitEthernet1/0/1", address: "2.2.2.2", prefixLength: 24, zone: "untrust" },
    { name: "GigabitEthernet1/0/2", address: "192.168.1.1", prefixLength: 24, zone: "trust" },
  ],
  pppZone: "dmz",
  policies: [
    {
      name: "untrust_local_l2tp",
      from: "untrust",
      to: "local",
      source: "1.1.1.1/32",
      destination: "2.2.2.2/32",
      service: "l2tp",
    },
    { name: "dmz_trust", from: "dmz", to: "trust", source: IN_PPP, destination: HEADQUARTERS },
    { name: "trust_dmz", from: "trust", to: "dmz", source: HEADQUARTERS, destination: IN_PPP },
  ],
  nat: [],
  routes: [{ to: BRANCH, via: PPP_LINK }],
};

/** An address, a zone and a route that the scenario wants otherwise, and what it has to leave alone. */
export const FOUND = `!Software Version V500R005C00SPC100
#
sysname FW
#
 clock timezone Beijing add 08:00:00
#
interface GigabitEthernet0/0/0
 undo shutdown
 ip address 192.168.0.1 255.255.255.0
#
interface GigabitEthernet1/0/1
 undo shutdown
 ip address 10.20.0.1 255.255.255.0
 ip address 10.21.0.1 255.255.255.0 sub
#
interface GigabitEthernet1/0/2
 shutdown
#
firewall zone trust
 set priority 85
 add interface GigabitEthernet0/0/0
 add interface GigabitEthernet1/0/1
#
aaa
 authentication-scheme default
 domain default
  service-type internetaccess
 local-user audit password irreversible-cipher $1c$abcdefgh$
#
ip route-static 0.0.0.0 0.0.0.0 10.20.0.254 preference 70
#
security-policy
 rule name management
  source-zone trust
  destination-zone local
  action permit
#
return
`;
