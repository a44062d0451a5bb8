import { describe, expect, test } from "vitest";
import { tableRows, totalOf } from "./table.ts";

describe("a row", () => {
  test("whose columns are all filled goes by their order, however they stand", () => {
    expect(tableRows("ID Name      State\n1 a-name-longer-than-its-column up\n", "ID")).toEqual([
      { ID: "1", Name: "a-name-longer-than-its-column", State: "up" },
    ]);
  });

  test("in which a column stands empty goes by where its cells stand", () => {
    const table = [" ID    Vpn     User   Note", " 1             hb@hb", " 2     branch         x", ""].join("\n");
    expect(tableRows(table, "ID")).toEqual([
      { ID: "1", Vpn: "", User: "hb@hb", Note: "" },
      { ID: "2", Vpn: "branch", User: "", Note: "x" },
    ]);
  });

  test("may hold a name with a blank, where the header's names do", () => {
    expect(tableRows("RULE ID  RULE NAME   ACTION\n1        my rule     permit\n", "RULE ID")).toEqual([
      { "RULE ID": "1", "RULE NAME": "my rule", ACTION: "permit" },
    ]);
  });

  test("behind the table's end is none", () => {
    expect(tableRows("ID Name\n---------\n1 a\n---------\n2 b\n\n3 c\n", "ID").map(({ ID }) => ID)).toEqual(["1", "2"]);
  });
});

test.each([
  [" Total tunnel : 1", 1],
  [" Total session = 12", 12],
  ["Total:2", 2],
  ["L2TP::Total Tunnel: 3", 3],
  ["  Total 4, 4 printed from slot 1", 4],
  ["Subtotal: 5", undefined],
])("the total of %j is %s", (line, total) => {
  expect(totalOf(`x\n${line}\n`)).toBe(total);
});
