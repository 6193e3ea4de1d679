import { describe, expect, it } from "vitest";
import { classifyAddress, parsePrivateHosts } from "./guarded-address.ts";

describe("classifyAddress", () => {
  it.each([
    ["93.184.216.34", "public"],
    ["8.8.8.8", "public"],
    ["2606:4700:4700::1111", "public"],
    ["::ffff:8.8.8.8", "public"],
    ["64:ff9b::8.8.8.8", "public"],
    ["127.0.0.1", "private"],
    ["127.255.0.3", "private"],
    ["0.0.0.0", "private"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "private"],
    ["198.18.0.1", "private"],
    ["240.0.0.1", "private"],
    ["::1", "private"],
    ["::", "private"],
    ["fd12:3456::1", "private"],
    ["::ffff:10.0.0.1", "private"],
    ["::ffff:7f00:1", "private"],
    ["::7f00:1", "private"],
    ["::808:808", "private"],
    ["64:ff9b::10.0.0.1", "private"],
    ["64:ff9b:1::8.8.8.8", "private"],
    ["2002:0a00:0001::", "private"],
    ["2002:0808:0808::1", "private"],
    ["2001:db8::1", "private"],
    ["169.254.169.254", "forbidden"],
    ["169.254.0.1", "forbidden"],
    ["fe80::1", "forbidden"],
    ["febf::1", "forbidden"],
    ["fd00:ec2::254", "forbidden"],
    ["fd00:0ec2:0:0:0:0:0:254", "forbidden"],
    ["fd20:ce::254", "forbidden"],
    ["100.100.100.200", "forbidden"],
    ["168.63.129.16", "forbidden"],
    ["::ffff:169.254.169.254", "forbidden"],
    ["::ffff:a9fe:a9fe", "forbidden"],
    ["::a9fe:a9fe", "forbidden"],
    ["::ffff:0:169.254.169.254", "forbidden"],
    ["64:ff9b::a9fe:a9fe", "forbidden"],
    ["64:ff9b:1::a9fe:a9fe", "forbidden"],
    ["2002:a9fe:a9fe::1", "forbidden"],
    ["::ffff:100.100.100.200", "forbidden"],
    ["2852039166", "forbidden"],
    ["0xa9fea9fe", "forbidden"],
    ["0251.0376.0251.0376", "forbidden"],
    ["224.0.0.1", "forbidden"],
    ["ff02::1", "forbidden"],
    ["255.255.255.255", "forbidden"],
    ["not an address", "forbidden"],
    ["", "forbidden"],
  ])("%s is %s", (address, kind) => {
    expect(classifyAddress(address)).toBe(kind);
  });
});

describe("parsePrivateHosts", () => {
  it("knows names whatever their case and final dot", () => {
    const hosts = parsePrivateHosts(["Ollama.Internal", "localhost."]);
    expect(hosts.hasName("ollama.internal")).toBe(true);
    expect(hosts.hasName("OLLAMA.INTERNAL.")).toBe(true);
    expect(hosts.hasName("localhost")).toBe(true);
    expect(hosts.hasName("evil-ollama.internal")).toBe(false);
  });

  it("knows addresses and ranges of both families, also when mapped", () => {
    const hosts = parsePrivateHosts(["10.1.0.0/16", "192.168.1.5", "[fd12::1]", "fd34::/32"]);
    expect(hosts.hasAddress("10.1.200.3")).toBe(true);
    expect(hosts.hasAddress("::ffff:10.1.200.3")).toBe(true);
    expect(hosts.hasAddress("10.2.0.1")).toBe(false);
    expect(hosts.hasAddress("192.168.1.5")).toBe(true);
    expect(hosts.hasAddress("192.168.1.6")).toBe(false);
    expect(hosts.hasAddress("fd12::1")).toBe(true);
    expect(hosts.hasAddress("fd34::99")).toBe(true);
    expect(hosts.hasAddress("fd35::99")).toBe(false);
    expect(hosts.hasAddress("example.com")).toBe(false);
  });

  it.each(["http://ollama", "10.0.0.0/99", "10.1", "2130706433", "a b", "", "host:8080"])(
    "refuses %j",
    (entry) => {
      expect(() => parsePrivateHosts(["fine.example", entry])).toThrow(`"${entry}" is not a host name`);
    },
  );
});
