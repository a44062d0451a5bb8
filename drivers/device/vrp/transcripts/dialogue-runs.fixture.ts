/** Logins, views, errors and questions: what the dialogue makes of them. */
import { expect } from "vitest";
import { DeviceError } from "#device/device";
import { SAVING } from "../grammar.ts";
import { versionIn } from "../observe.ts";
import { loggedIn, refusalOf, type Run, views } from "./run.fixture.ts";

const LAC = "LAC-1.site_A@hq(1)/2:b";

export const DIALOGUE_RUNS: Readonly<Record<string, Run>> = {
  "login-banner": async (dialogue) => {
    const greeting = await dialogue.login();
    expect(greeting).toContain("Copyright (C) 2014-2018 Huawei Technologies Co., Ltd.");
    expect(greeting).toContain(
      "\n<WARNING>\nInfo: The max number of VTY users is 5, the number of current VTY users online is 1.\n",
    );
    expect(greeting).toMatch(/\n {6}The current login time is 2026-05-14 03:27:37\.\n$/);
    expect(dialogue.host).toBe("HUAWEI");
  },

  "login-change-password": async (dialogue) => {
    const greeting = await dialogue.login(undefined, {
      questions: [
        { name: "change", ask: /Change now\? \[Y\/N\]:\s*$/, answer: "y\n" },
        { name: "old", ask: /Please enter old password:$/, answer: "Admin@123\n" },
        { name: "new", ask: /Please enter new password:$/, answer: "Huawei@2026\n" },
        { name: "confirm", ask: /Please confirm new password:$/, answer: "Huawei@2026\n" },
      ],
      secrets: ["Admin@123", "Huawei@2026"],
    });
    expect(greeting).toContain("\n Info: Your password has been changed. Save the change to survive a reboot.\n");
    expect(dialogue.prompt).toBe("<USG6000V1>");
  },

  "login-yes-or-no": async (dialogue) => {
    expect(await dialogue.login()).toContain("[Y/N]: (choose yes or no)");
    expect(dialogue.prompt).toBe("<HUAWEI>");
  },

  "login-risks": async (dialogue) => {
    expect(await dialogue.login()).toContain("[Y/N]: (save at login)");
    expect(dialogue.prompt).toBe("<HUAWEI>");
  },

  logout: loggedIn("HUAWEI", async (out, dialogue) => {
    const error: unknown = await out("quit").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).message).toMatch(/^device: quit: the connection ended: the device closed the /);
    expect((error as DeviceError).output).toContain("the number of current VTY users online is 0.");
    expect(dialogue.ended).toMatch(/^the device closed the /);
  }),

  "usg6000-login": loggedIn("Core-SW1", async (out, dialogue) => {
    expect(await out("screen-length 0 temporary")).toMatch(/^Info: /);
    await views(dialogue, [
      ["system-view", "[Core-SW1]"],
      ["nat-policy", "[Core-SW1-policy-nat]"],
      ["rule name policy1", "[Core-SW1-policy-nat-rule-policy1]"],
    ]);
    expect(await refusalOf(dialogue, "action easyip")).toMatch(
      /\^\nError: Unrecognized command found at '\^' position\.$/,
    );
    expect(await out("display this")).toBe("[V200R010C10SPC700]\n#\n rule name policy1\n  Input error: 0\n#\nreturn\n");
    expect(await out("return")).toBe("");
    expect(versionIn(await out("display version"))).toMatchObject({ model: "AR2220", vrpVersion: "5.170" });
    await expect(dialogue.command("save")).rejects.toThrow('device: save: it asked "a question", which nobody answers');
  }),

  views: loggedIn(LAC, async (_, dialogue) => {
    await views(dialogue, [
      ["system-view", `[${LAC}]`],
      ["interface Virtual-Template 1", `[${LAC}-Virtual-Template1]`],
      ["quit", `[${LAC}]`],
      ["l2tp-group 1", `[${LAC}-l2tp1]`],
      ["aaa", `[${LAC}-aaa]`],
      ["ip pool pool1", `[${LAC}-ip-pool-pool1]`],
      ["firewall zone trust", `[${LAC}-zone-trust]`],
      ["interface GigabitEthernet 1/0/1", `[${LAC}-GigabitEthernet1/0/1]`],
      ["security-policy", `[${LAC}-policy-security]`],
      ["rule name trust_dmz", `[${LAC}-policy-security-rule-trust_dmz]`],
      ["nat-policy", `[${LAC}-policy-nat]`],
      ["rule name policy1", `[${LAC}-policy-nat-rule-policy1]`],
      ["return", `<${LAC}>`],
    ]);
  }),

  "two-phase": loggedIn("DeviceA", async (out, dialogue) => {
    await views(dialogue, [
      ["system-view", "[~DeviceA]"],
      ["l2tp enable", "[*DeviceA]"],
      ["l2tp-group lac1", "[*DeviceA-l2tp-lac1]"],
      ["quit", "[*DeviceA]"],
      ["commit", "[~DeviceA]"],
      ["l2tp-group 1", "[*DeviceA-l2tp-1]"],
    ]);
    expect(await refusalOf(dialogue, "commit")).toBe("Failed to generate committed config");
    expect(await out("return")).toContain("[Y(yes)/N(no)/C(cancel)]: (save on the way out)");
    expect(dialogue.prompt).toBe("<DeviceA>");
  }),

  cluster: loggedIn("FW", async (out, dialogue) => {
    await views(dialogue, [
      ["system-view", "HRP_M[FW]"],
      ["security-policy", "HRP_M[FW-policy-security]"],
      ["quit", "HRP_S[FW]"],
      ["return", "HRP_S<FW>"],
    ]);
    expect(await out("display clock")).toBe("2026-05-14 03:27:37\n");
    expect(dialogue.prompt).toBe("HRP_A<FW>");
  }),

  lookalikes: loggedIn("Core-SW1", async (out) => {
    const lines = (await out("display current-configuration")).split("\n");
    expect(lines[0]).toBe("[V200R010C10SPC700]");
    expect(lines.slice(-6)).toEqual([
      " description Continue? [Y/N]",
      "[OK]",
      "[Line protocol is UP]",
      "<Core-SW2>",
      "return",
      "",
    ]);
  }),

  terminal: loggedIn("HUAWEI", async (out) => {
    expect(versionIn(await out("display version"))).toMatchObject({ vrpVersion: "5.170" });
    expect(await out("display clock")).toBe("2026-05-14 03:27:37\n");
  }),

  paging: loggedIn("HUAWEI", async (out, dialogue) => {
    expect(await refusalOf(dialogue, "screen-length 0 temporary")).toMatch(/permission/);
    expect(await out("display current-configuration")).toBe(
      "#\n l2tp enable\n#\nl2tp-group 1\n tunnel name lac\nreturn\n",
    );
  }),

  errors: loggedIn("HUAWEI", async (out, dialogue) => {
    for (const [line, column, said] of [
      ["dispaly version", 8, "Error: Unrecognized command found at '^' position."],
      ["display", 11, "Error: Incomplete command found at '^' position."],
      ["d", 2, "Error: Ambiguous command found at '^' position."],
      ["display l2tp tunnel 99999", 20, "Error: Wrong parameter found at '^' position."],
      ["display version now please", 16, "Error: Too many parameters found at '^' position."],
    ] as const)
      expect(await refusalOf(dialogue, line)).toBe(`${" ".repeat(column)}^\n${said}`);
    for (const [line, said] of [
      ["debugging all", "Error: You do not have permission to run this command."],
      ["undo l2tp-group 1", "Error: Failed to delete the L2TP group."],
      ["display this", "Error: The command is being executed, please wait..."],
      ["l2tp enable", "Error: Please renew the default configurations."],
    ] as const)
      expect(await refusalOf(dialogue, line)).toBe(said);
    expect(await out("display interface GigabitEthernet 0/0/1")).toContain("    Input error: 0\n");
  }),

  save: loggedIn("HUAWEI", async (out, dialogue) => {
    expect(await out("save", { questions: SAVING })).toMatch(/\nSave the configuration successfully\.\n$/);
    expect(await out("save", { questions: SAVING })).toMatch(/\nInfo: Save the configuration successfully\.\n$/);
    expect(await out("save", { questions: SAVING })).toContain("\n Configuration file had been saved successfully\n");
    expect(await refusalOf(dialogue, "save force")).toBe(
      "Error: Invalid file name or Invalid extension ( *.cfg, *.zip ).",
    );
  }),

  "reset-l2tp": loggedIn("HUAWEI", async (out) => {
    expect(await out("reset l2tp tunnel local-id 8")).toBe("  Info: Clear the tunnel, LocID = 8.\n");
  }),
};
