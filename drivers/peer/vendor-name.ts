/**
 * What `l2tpspec peer` says of itself in the Vendor Name AVP (RFC 2661 §4.4.3): whoever starts it, a certificate of it is a
 * specimen.
 */
export const VENDOR_NAME = "l2tpspec reference peer";
