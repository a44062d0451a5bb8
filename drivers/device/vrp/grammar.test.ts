import { describe, expect, test } from "vitest";
import { SAVING, VRP } from "./grammar.ts";

const HOSTS = ["HUAWEI", "Core-SW1", "a.b_c@d(1)/2:e", "LAC", "x".repeat(64)];

describe("a prompt", () => {
  test.each(HOSTS)("of %s at login names it, in user view alone", (host) => {
    for (const prefix of ["", "HRP_M", "HRP_S", "HRP_A"])
      expect(VRP.prompt(undefined).exec(`${prefix}<${host}>`)?.groups?.host).toBe(host);
    expect(VRP.prompt(undefined).test(`[${host}]`)).toBe(false);
  });

  test.each(HOSTS)("of %s is known in every view", (host) => {
    for (const prefix of ["", "HRP_M", "HRP_S", "HRP_A"]) {
      expect(VRP.prompt(host).test(`${prefix}<${host}>`)).toBe(true);
      for (const mark of ["", "~", "*"])
        for (const view of ["", "-l2tp1", "-l2tp-lac1", "-Virtual-Template1", "-GigabitEthernet1/0/1", "-ip-pool-p_1"])
          expect(VRP.prompt(host).test(`${prefix}[${mark}${host}${view}]`)).toBe(true);
    }
  });

  test.each([
    "[V200R010C10SPC700]",
    "<Core-SW2>",
    "[Core]",
    "[Core-SW10]",
    "[Core-SW1 aaa]",
    "[Core-SW1",
    "x<Core-SW1>",
    "<Core-SW1-aaa>",
    "<~Core-SW1>",
    "HRP_MM<Core-SW1>",
    "<Core-SW1> display",
    "[OK]",
    "[Y/N]",
  ])("of Core-SW1 is not %s", (line) => {
    expect(VRP.prompt("Core-SW1").test(line)).toBe(false);
  });

  test("whose host name has signs of its own is taken by the letter", () => {
    expect(VRP.prompt("a.b(1)").test("<a.b(1)>")).toBe(true);
    expect(VRP.prompt("a.b(1)").test("<axb1>")).toBe(false);
  });
});

/** The question that is found for a text, and what is said to it; undefined where it is declined. */
function answerTo(text: string, questions = VRP.questions): readonly [string, string | undefined] | undefined {
  const found = questions.find(({ ask }) => ask.test(text));
  return found && [found.name, found.answer];
}

describe("a question", () => {
  test.each([
    ["The password needs to be changed. Change now? [Y/N]: ", "change the password", "N\n"],
    ["The password needs to be changed. Change now? [Y/N]", "change the password", "N\n"],
    ["Error: Please choose 'YES' or 'NO' first before pressing 'Enter'. [Y/N]:", "choose yes or no", "N\n"],
    ["There are security risks in the configuration file. Save now? [Y/N]:", "save at login", "N\n"],
    [
      "Uncommitted configurations found. Are you sure to commit them before exiting? [Y(yes)/N(no)/C(cancel)]:",
      "save on the way out",
      "N\n",
    ],
    ["All L2TP tunnels will be cut. Continue? [Y/N]", "a question", undefined],
    ["Are you sure to continue?[Y/N]", "a question", undefined],
    ["Reboot the device? [y/n]:", "a question", undefined],
    ["Delete it? [Y(yes)/N(no)]:", "a question", undefined],
  ])("%s", (text, name, answer) => {
    expect(answerTo(text)).toEqual([name, answer]);
  });

  test("that is over is none", () => {
    expect(answerTo("Continue? [Y/N]:y")).toBeUndefined();
    expect(answerTo("description [Y/N] or not")).toBeUndefined();
  });

  test.each([
    ["The current configuration will be written to the device.\nAre you sure to continue?[Y/N]", "y\n"],
    ["Warning: The current configuration will be written to the device. Continue? [Y/N]:", "y\n"],
    ["Info: Please input the file name ( *.cfg, *.zip ) [vrpcfg.zip]:", "\n"],
  ])("of a save, for who wants to save: %s", (text, answer) => {
    expect(answerTo(text, SAVING)?.[1]).toBe(answer);
  });

  test("that a save does not ask is not answered for it", () => {
    expect(answerTo("The system will reboot. Continue? [Y/N]:", SAVING)).toBeUndefined();
  });
});

test.each([
  ["Error: Unrecognized command found at '^' position.", true],
  [" Error: You do not have permission to run this command.", true],
  ["Failed to generate committed config", true],
  ["Input error: 0", false],
  ["  Error count: 0", false],
  ["Warning: The password is weak.", false],
  ["Info: Clear the tunnel, LocID = 8.", false],
  ["description Error: none", false],
])("whether %s refuses: %s", (line, refuses) => {
  expect(VRP.refusal.test(line)).toBe(refuses);
});

test.each([
  ["  ---- More ----", true],
  ["---- More ---- ", true],
  ["description ---- More ----", false],
])("whether %j is the pager: %s", (line, is) => {
  expect(VRP.pager?.more.test(line)).toBe(is);
});
