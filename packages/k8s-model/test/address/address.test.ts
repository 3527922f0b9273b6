import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addressAt,
  cidrContains,
  cidrProblem,
  cidrSize,
  formatCIDR,
  formatIP,
  formatIPv4,
  formatIPv6,
  ipProblem,
  parseCIDR,
  parseIP,
  parseIPv4,
  parseIPv6,
  specialRange,
} from "../../src/address/index.ts";

const canonical = (text: string) => {
  const address = parseIP(text);
  return address && formatIP(address);
};

describe("addresses", () => {
  test.each([
    ["0.0.0.0", 0],
    ["10.96.0.10", 0x0a60000a],
    ["255.255.255.255", 0xffffffff],
  ])("%s is the number %d", (text, value) => {
    expect(parseIPv4(text)).toBe(value);
    expect(formatIPv4(value)).toBe(text);
  });

  test.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.00",
    "+1.2.3.4",
    " 1.2.3.4",
    "1.2.3.4 ",
    "0x1.2.3.4",
    "1..2.3",
  ])("%j is no IPv4 address", (text) => {
    expect(parseIPv4(text)).toBeUndefined();
  });

  test.each([
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["FD00:96::77", "fd00:96::77"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0db8:0000:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["::ffff:10.1.2.3", "::ffff:10.1.2.3"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ])("%s prints as %s", (text, printed) => {
    expect(canonical(text)).toBe(printed);
  });

  test.each([
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "g::",
    "fe80::1%eth0",
    "::1.2.3",
    "::01.2.3.4",
    "1.2.3.4::",
    ":1:2:3:4:5:6:7:8",
  ])("%j is no IPv6 address", (text) => {
    expect(parseIP(text)).toBeUndefined();
  });

  test("every number prints to a text that reads back as the same number", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        expect(parseIPv6(formatIPv6(value))).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.nat(0xffffffff), (value) => {
        expect(parseIPv4(formatIPv4(value))).toBe(value);
      }),
    );
  });

  test("addresses that can be read but must not be written are told apart from nonsense", () => {
    expect(ipProblem("10.0.0.1")).toBeUndefined();
    expect(ipProblem("010.0.0.1")).toBe("must not have leading 0s");
    expect(ipProblem("::ffff:10.0.0.1")).toBe("must not be an IPv4-mapped IPv6 address");
    expect(ipProblem("none")).toMatch(/^must be a valid IP address/);
  });

  test.each([
    ["0.0.0.0", "unspecified"],
    ["::", "unspecified"],
    ["127.9.9.9", "loopback"],
    ["::1", "loopback"],
    ["169.254.169.254", "link-local"],
    ["fe80::1", "link-local"],
    ["febf::1", "link-local"],
    ["fec0::1", undefined],
    ["224.0.0.251", "link-local multicast"],
    ["224.0.1.1", undefined],
    ["ff02::1", "link-local multicast"],
    ["ff12::1", "link-local multicast"],
    ["10.1.0.1", undefined],
  ])("%s belongs to the range %s", (text, range) => {
    const address = parseIP(text);
    expect(address && specialRange(address)).toBe(range);
  });
});

describe("CIDR ranges", () => {
  test("a range knows its size, its addresses and what it holds", () => {
    const range = parseCIDR("10.96.0.0/16");
    expect(range).toEqual({ family: "IPv4", first: 0x0a600000, prefixLength: 16 });
    if (range === undefined) return;
    expect(cidrSize(range)).toBe(65_536n);
    expect(formatIP(addressAt(range, 65_535n))).toBe("10.96.255.255");
    const holds = (text: string) => {
      const address = parseIP(text);
      return address !== undefined && cidrContains(range, address);
    };
    expect(holds("10.96.0.0")).toBe(true);
    expect(holds("10.97.0.0")).toBe(false);
    expect(holds("fd00::1")).toBe(false);
  });

  test("bits beyond the prefix are cut off, down to the whole space", () => {
    const print = (text: string) => {
      const range = parseCIDR(text);
      return range && formatCIDR(range);
    };
    expect(print("192.168.1.77/24")).toBe("192.168.1.0/24");
    expect(print("200.1.2.3/0")).toBe("0.0.0.0/0");
    expect(print("fd00:96::ffff/112")).toBe("fd00:96::/112");
    expect(print("fd00::1/0")).toBe("::/0");
    expect(print("10.0.0.1/32")).toBe("10.0.0.1/32");
  });

  test.each([
    ["10.0.0.0/8", undefined],
    ["fd00::/8", undefined],
    ["10.0.0.1/8", "must not have bits set beyond the prefix length"],
    ["010.0.0.0/8", "must not have leading 0s"],
    ["10.0.0.0/08", "must not have leading 0s in prefix length"],
    ["::ffff:10.0.0.0/104", "must not be an IPv4-mapped IPv6 address"],
    ["10.0.0.0/33", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"],
    ["10.0.0.0", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"],
    ["10.0.0.0/-1", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"],
    ["/8", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"],
  ])("%s is judged as the API server does", (text, problem) => {
    expect(cidrProblem(text)).toBe(problem);
  });
});
