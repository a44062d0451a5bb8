/** The part of raw-socket 1.8.1 (no types of its own) that is used here. CommonJS: only the default import works. */
declare module "raw-socket" {
  import type { EventEmitter } from "node:events";

  export interface RawSocket extends EventEmitter {
    /** Every Buffer of "message" is a slice of one buffer that the next packet overwrites: copy at once. */
    on(event: "message", listener: (packet: Buffer, source: string) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    on(event: "close", listener: () => void): this;
    send(
      buffer: Buffer,
      offset: number,
      length: number,
      address: string,
      after: (error: Error | null, bytes: number) => void,
    ): this;
    setOption(level: number, option: number, value: number): void;
    close(): this;
  }

  const raw: {
    createSocket(options: { readonly protocol: number; readonly bufferSize?: number }): RawSocket;
    readonly Protocol: { readonly UDP: number };
    readonly SocketLevel: { readonly IPPROTO_IP: number };
    readonly SocketOption: { readonly IP_HDRINCL: number };
  };
  export default raw;
}
