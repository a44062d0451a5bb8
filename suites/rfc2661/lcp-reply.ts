/** Where a case asks whether PPP is there at all, any answer to a Configure-Request shows it (RFC 1661 §5.2 to §5.4). */
import { oneOf, packet, type FieldSpec, type Match } from "#expect/matchers";

export const lcpReply = (fields: FieldSpec): Match =>
  packet("reply to an LCP Configure-Request", {
    "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"),
    ...fields,
  });
