import { describe, expect, test } from "vitest";
import { labSchema, type LabSpec } from "#lab/schema";
import { diagnose, diagnosisText, healthy } from "./doctor.ts";
import { needsOf } from "./lab-needs.ts";
import type { Machine } from "./machine.ts";

/** A machine that has everything, less what is named. */
function machine(lacks: readonly string[] = [], changes: Partial<Machine> = {}): Machine {
  return {
    nodeVersion: () => "v20.20.2",
    isRoot: () => !lacks.includes("root"),
    onPath: (name) => (lacks.includes(name) ? undefined : `/usr/bin/${name}`),
    run: (command) => ({ code: 0, output: `${command} 1.2.3\nmore` }),
    loadFailure: (module) => Promise.resolve(lacks.includes(module) ? "no binary" : undefined),
    environment: (name) => (lacks.includes(name) ? undefined : "secret"),
    canRead: (file) => !lacks.includes(file),
    freeBytes: () => 50 * 2 ** 30,
    ...changes,
  };
}

describe("the machine", () => {
  test("with everything nothing is missing", async () => {
    const diagnosis = await diagnose(machine());
    expect(diagnosis.checks.filter((c) => !c.ok)).toEqual([]);
    expect(healthy(diagnosis)).toBe(true);
    expect(diagnosisText(diagnosis)).toMatch(/^ok +java +\/usr\/bin\/java 1\.2\.3$/m);
  });

  test("l2tpns is looked for and never started: it knows no option that only says its version", async () => {
    const started: string[] = [];
    await diagnose(machine([], { run: (command) => (started.push(command), { code: 0, output: "" }) }));
    expect(started.length).toBeGreaterThan(3);
    expect(started.filter((command) => command.includes("l2tpns"))).toEqual([]);
  });

  test.each([
    ["java", "no HTML report", "apt-get install -y --no-install-recommends default-jre-headless"],
    ["tshark", "no second decoder", "apt-get install -y --no-install-recommends tshark"],
    ["tcpdump", "no witness", "apt-get install -y --no-install-recommends tcpdump"],
    ["chromium", "page", "apt-get install -y --no-install-recommends chromium"],
    ["l2tpns", "labs against l2tpns", "apt-get install -y --no-install-recommends l2tpns"],
    ["freeradius", "cannot authenticate", "apt-get install -y --no-install-recommends freeradius"],
    ["xl2tpd", "labs against xl2tpd", "apt-get install -y --no-install-recommends xl2tpd"],
    ["slirp-fullbolt", "end at ICCN", "apt-get install -y --no-install-recommends slirp"],
    ["koffi", "no TUN device", "npm install --include=optional koffi"],
    ["raw-socket", "UDP checksums", "npm rebuild raw-socket"],
    ["root", "only labs in memory", "sudo"],
  ])("without %s it says what is lost and how to get it", async (id, lost, install) => {
    const others: Record<string, string[]> = {
      chromium: ["chromium-browser", "google-chrome"],
      freeradius: ["radiusd"],
    };
    const diagnosis = await diagnose(machine([id, ...(others[id] ?? [])]));
    const check = diagnosis.checks.find((c) => c.id === id);
    expect(check?.ok).toBe(false);
    expect(check?.lost).toContain(lost);
    expect(check?.install).toContain(install);
    expect(diagnosisText(diagnosis)).toContain(`         install:  ${check?.install ?? ""}`);
    expect(healthy(diagnosis)).toBe(true);
  });

  test.each([
    ["v20.19.0", true],
    ["v20.18.9", false],
    ["v18.20.0", false],
    ["v24.0.0", true],
  ])("node %s: %s", async (version, ok) => {
    expect(healthy(await diagnose(machine([], { nodeVersion: () => version })))).toBe(ok);
  });

  test("namespaces that do not work, and a full disk", async () => {
    const m = machine([], {
      run: (command) => ({ code: command === "ip" ? 1 : 0, output: "Operation not permitted\n" }),
      freeBytes: () => 2 ** 28,
    });
    const bad = (await diagnose(m)).checks.filter((c) => !c.ok);
    expect(bad.map((c) => [c.id, c.found])).toEqual([
      ["ip netns", "Operation not permitted"],
      ["disk", "0.3 GiB free here"],
    ]);
  });
});

describe("a lab", () => {
  const lab = (changes: Record<string, unknown>): LabSpec =>
    labSchema.parse({
      schema: 1,
      name: "x",
      bench: { kind: "namespaces", device: "10.0.0.1", tester: "10.0.0.2" },
      device: { driver: "reference", id: "reference" },
      role: ["lns"],
      users: [{ name: "u", password: "public:p" }],
      pool: "10.0.1.0/24",
      gateway: "10.0.1.1",
      ...changes,
    });
  const command = (o: Record<string, unknown>): LabSpec => lab({ device: { driver: "command", id: "d", ...o } });
  const needs = async (spec: LabSpec, lacks: readonly string[] = []) => {
    const m = machine(lacks);
    return needsOf(spec, (await diagnose(m)).checks, m);
  };

  test("of memory needs nothing", async () => {
    expect(await needs(lab({ bench: { kind: "memory" } }))).toEqual([]);
  });

  test("of namespaces needs root, ip and tcpdump", async () => {
    expect((await needs(lab({}), ["tcpdump"])).map((n) => [n.id, n.ok])).toEqual([
      ["root", true],
      ["tcpdump", false],
      ["ip netns", true],
    ]);
  });

  test("needs the programs that its commands call, behind their wrappers too", async () => {
    const spec = command({
      start: [
        "PATH=/x ip netns exec {netns} setpriv --pdeathsig KILL xl2tpd -D -c {run}/x.conf &",
        "sleep 1; cd {run} && ./own.sh",
      ],
      ready: "test -S {run}/socket || exit 1",
      log: "cat {run}/log | head",
    });
    const ids = (await needs(spec)).filter((n) => n.why === "its commands call it").map((n) => n.id);
    expect(ids).toEqual(["cat", "head", "ip", "setpriv", "xl2tpd"]);
  });

  test("needs the programs that its scripts call", async () => {
    const spec = command({ start: ["sh {run}/start.sh"], templates: "fixtures/lab/xl2tpd-lns" });
    const missing = (await needs(spec, ["xl2tpd", "slirp-fullbolt"])).filter((n) => !n.ok);
    expect(missing.map((n) => [n.id, n.install])).toEqual([
      ["slirp-fullbolt", "apt-get install -y --no-install-recommends slirp"],
      ["xl2tpd", "apt-get install -y --no-install-recommends xl2tpd"],
    ]);
  });

  test.each([
    ["l2tpns -v", "apt-get install -y --no-install-recommends l2tpns"],
    ["pppd nodetach", "apt-get install -y --no-install-recommends ppp"],
  ])("%s is installed by %s", async (start, install) => {
    const name = start.split(" ")[0]!;
    const need = (await needs(command({ start: [start] }), [name])).find((n) => n.id === name);
    expect(need).toMatchObject({ ok: false, install });
  });

  test("needs its secrets, and never shows one", async () => {
    const spec = lab({
      bench: { kind: "memory" },
      users: [
        { name: "a", password: "env:PAP" },
        { name: "b", password: "file:/run/chap" },
      ],
      tunnelSecret: "public:open",
    });
    const found = await needs(spec, ["PAP", "/run/chap"]);
    expect(found.map((n) => [n.id, n.ok, n.install])).toEqual([
      ["env:PAP", false, "export PAP=..."],
      ["file:/run/chap", false, "write the secret to /run/chap"],
    ]);
    expect(JSON.stringify(await needs(spec))).not.toContain('"secret"');
  });

  test("that lacks something is not healthy, and says so", async () => {
    const diagnosis = await diagnose(machine(["tcpdump"]), lab({}));
    expect(healthy(diagnosis)).toBe(false);
    expect(diagnosisText(diagnosis)).toMatch(
      /\n\nlab x:\nMISSING {2}tcpdump +its bench is .*\n +install: +apt-get .* tcpdump\n$/,
    );
    expect(diagnosisText(await diagnose(machine(), lab({})))).toMatch(/\nlab x: nothing is missing\n$/);
  });
});

const firewall = {
  schema: 1,
  name: "fw",
  bench: {
    kind: "sites",
    device: "1.1.1.1",
    wan: { address: "1.1.1.10", peer: "1.1.1.2", outside: "1.1.1.3", gateway: "1.1.1.254" },
  },
  device: { driver: "vrp", id: "d", emulator: {}, interfaces: { wan: "G1", lan: "G2" } },
  role: ["lac"],
  users: [{ name: "u", password: "public:p" }],
  pool: "172.16.1.0/24",
  gateway: "172.16.1.1",
};

describe("a device that a driver configures", () => {
  const lab = { ...labSchema.parse(firewall), name: "fw" };

  test("that is reached: what it is, and what to think about before a run", async () => {
    const device = {
      ok: true,
      found: ["192.0.2.1:22 is reached as u, host key SHA256:abc", "it says it is Huawei USG6000"],
      warnings: ["bench.wan: eth1 carries the default route"],
    };
    const diagnosis = await diagnose(machine(), lab, device);
    expect(healthy(diagnosis)).toBe(true);
    expect(diagnosisText(diagnosis).split("\n").slice(-5)).toEqual([
      "lab fw: nothing is missing",
      "ok       device      192.0.2.1:22 is reached as u, host key SHA256:abc",
      "                     it says it is Huawei USG6000",
      "warning  bench.wan: eth1 carries the default route",
      "",
    ]);
  });

  test("that is not reached: the lab is not ready", async () => {
    const device = { ok: false, found: ["device: ssh: nothing listens at 192.0.2.1:22"], warnings: [] };
    const diagnosis = await diagnose(machine(), lab, device);
    expect(healthy(diagnosis)).toBe(false);
    expect(diagnosisText(diagnosis)).toContain("MISSING  device      device: ssh: nothing listens at 192.0.2.1:22");
  });

  test.each(["root", "nft", "koffi", "tcpdump", "ping"])("without %s the lab cannot be run", async (id) => {
    const diagnosis = await diagnose(machine([id]), lab);
    expect(healthy(diagnosis)).toBe(false);
    expect(diagnosis.lab?.needs.find((need) => need.id === id)).toMatchObject({ ok: false });
  });
});
