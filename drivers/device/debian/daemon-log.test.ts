/** Lines as xl2tpd 1.3.18 wrote them, as LNS and as LAC. */
import { expect, test } from "vitest";
import { standingIn } from "./daemon-log.ts";

const LNS = `xl2tpd[171]: Listening on IP address 1.1.1.1, port 1701
xl2tpd[171]: get_call: allocating new tunnel for host 1.1.1.9, port 53547.
xl2tpd[171]: Connection established to 1.1.1.9, 53547.  Local: 25504, Remote: 46046 (ref=0/0).  LNS session is 'default'
xl2tpd[171]: Call established with 1.1.1.9, PID: 178, Local: 35849, Remote: 57994, Serial: 1519955364
`;
const LAC = `xl2tpd[182]: Connecting to host 1.1.1.14, port 1701
xl2tpd[182]: Connection established to 1.1.1.14, 1701.  Local: 10112, Remote: 8264 (ref=0/0).
xl2tpd[182]: Connection established to 1.1.1.15, 1701.  Local: 57127, Remote: 34040 (ref=0/0).
xl2tpd[182]: Call established with 1.1.1.14, Local: 65195, Remote: 5937, Serial: 3 (ref=0/0)
xl2tpd[182]: Call established with 1.1.1.15, Local: 37335, Remote: 62115, Serial: 4 (ref=0/0)
`;
const HERE = { localId: 10112, remoteId: 8264, remoteAddress: "1.1.1.14", remotePort: 1701, remoteName: "" };
const THERE = { localId: 57127, remoteId: 34040, remoteAddress: "1.1.1.15", remotePort: 1701, remoteName: "" };

test("a tunnel stands with its calls from the line that established it", () => {
  const tunnel = { localId: 25504, remoteId: 46046, remoteAddress: "1.1.1.9", remotePort: 53547, remoteName: "" };
  expect(standingIn(LNS)).toEqual({
    tunnels: [{ ...tunnel, sessions: 1 }],
    sessions: [{ localId: 35849, remoteId: 57994, localTunnelId: 25504 }],
  });
  expect(standingIn(LAC)).toEqual({
    tunnels: [
      { ...HERE, sessions: 1 },
      { ...THERE, sessions: 1 },
    ],
    sessions: [
      { localId: 65195, remoteId: 5937, localTunnelId: 10112 },
      { localId: 37335, remoteId: 62115, localTunnelId: 57127 },
    ],
  });
});

test.each([
  ["by the device", "xl2tpd[171]: Connection 46046 closed to 1.1.1.9, port 53547 (Goodbye!)"],
  [
    "by the other end",
    "xl2tpd[171]: control_finish: Connection closed to 1.1.1.9, port 53547 (), Local: 25504, Remote: 46046",
  ],
])("a tunnel that is ended %s takes its calls with it; another port is another tunnel", (_, line) => {
  expect(standingIn(`${LNS}${line}\n`)).toEqual({ tunnels: [], sessions: [] });
  expect(standingIn(`${LNS}${line.replace("53547", "53548")}\n`).sessions).toHaveLength(1);
});

test.each([
  ["by the device", "xl2tpd[182]: call_close: Call 65195 to 1.1.1.14 disconnected"],
  ["by the other end", "xl2tpd[182]: control_finish: Connection closed to 1.1.1.14, serial 3 ()"],
])("a call that is ended %s leaves the tunnel and all other calls", (_, line) => {
  expect(standingIn(`${LAC}${line}\n`)).toEqual({
    tunnels: [
      { ...HERE, sessions: 0 },
      { ...THERE, sessions: 1 },
    ],
    sessions: [{ localId: 37335, remoteId: 62115, localTunnelId: 57127 }],
  });
});
