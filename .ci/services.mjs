/**
 * Packages of daemons, installed for tests that start these by themselves: Debian would start them as services, now and at
 * every boot, with ports open that the machine's owner never asked for.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

/** invoke-rc.d and deb-systemd-invoke ask it before they start a service; 101 forbids it. */
const POLICY = "/usr/sbin/policy-rc.d";
const SIGNALS = ["SIGINT", "SIGTERM"];
/** Services of the packages that the tests need. */
const SERVICES = ["l2tpns", "freeradius", "xl2tpd"];

/**
 * Runs `install` and gives what it gives. Services of these packages are neither started nor left to start at boot; whoever
 * had a service before keeps it, as its package is not among them.
 * @param {readonly string[]} packages those that are installed anew
 * @param {() => boolean} install
 */
export function withoutServices(packages, install) {
  const policy = !existsSync(POLICY);
  if (policy) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  // A Ctrl-C ends apt too, and this process no sooner than it has tidied up.
  const wait = () => undefined;
  for (const signal of SIGNALS) process.on(signal, wait);
  try {
    return install();
  } finally {
    for (const service of SERVICES.filter((name) => packages.includes(name) && existsSync(`/etc/init.d/${name}`)))
      spawnSync("update-rc.d", [service, "disable"], { stdio: "ignore" });
    if (policy) rmSync(POLICY, { force: true });
    for (const signal of SIGNALS) process.off(signal, wait);
  }
}
