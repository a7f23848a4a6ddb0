import { describe, expect, it } from "vitest";
import { parseOptions } from "../../lab/load/options";
import { Pace } from "../../lab/load/pace";
import { roundOf } from "../../lab/load/paths";

describe("the command line of the load generator", () => {
  const words = [
    "--url",
    "http://shop.example.com:8080/ignored",
    "--dns",
    "198.18.0.1",
    "--rate",
    "200",
    "--out",
    "x.ndjson",
  ];

  it("is read whole", () => {
    const argv = [
      ...words,
      "--path",
      "/api/v1/products:19",
      "--path",
      "/productpage:1",
      "--seconds",
      "900",
      "--requests",
      "200000",
    ];
    expect(parseOptions(argv)).toEqual({
      url: new URL("http://shop.example.com:8080/ignored"),
      dns: "198.18.0.1",
      rate: 200,
      paths: [
        { path: "/api/v1/products", weight: 19 },
        { path: "/productpage", weight: 1 },
      ],
      out: "x.ndjson",
      seconds: 900,
      requests: 200000,
      connections: 32,
      timeout: 10,
    });
  });

  it("is refused with all its problems at once", () => {
    const argv = [
      "--url",
      "ftp://x",
      "--dns",
      "dns.example.com",
      "--rate",
      "7.5",
      "--path",
      "page:1",
      "--seconds",
      "0",
    ];
    expect(parseOptions(argv)).toEqual({
      problems: [
        '--url is "ftp://x": give an http URL such as http://bookinfo.example.com',
        '--dns is "dns.example.com": give an IPv4 address, with :port when the port is not 53',
        '--rate is "7.5": give a whole number from 1 to 10000',
        '--path is "page:1": give a path and how often it comes, such as /productpage:1',
        '--seconds is "0": give a whole number from 1 to 86400',
        "--requests is missing: give a whole number from 1 to 100000000",
        "--out is missing: give the file for the records",
      ],
    });
  });

  it("needs a DNS server for a name but not for an address", () => {
    const rest = ["--rate", "1", "--seconds", "1", "--requests", "1", "--out", "x"];
    expect(parseOptions(["--url", "http://127.0.0.1", ...rest])).toMatchObject({ dns: undefined });
    expect(parseOptions(["--url", "http://shop.example.com", ...rest])).toEqual({
      problems: ["--dns is missing: give the address of the DNS server that knows shop.example.com"],
    });
  });

  it("is refused with the name of an option that does not exist", () => {
    expect(parseOptions([...words, "--retries", "3"])).toMatchObject({
      problems: [expect.stringContaining("'--retries'") as string],
    });
  });
});

describe("the order of paths", () => {
  it("gives each path its share and never bunches the rare one", () => {
    const round = roundOf([
      { path: "/a", weight: 5 },
      { path: "/b", weight: 1 },
      { path: "/c", weight: 1 },
    ]);
    expect(round).toEqual(["/a", "/a", "/b", "/a", "/c", "/a", "/a"]);
  });
});

describe("the pace", () => {
  it("gives exactly the rate when it is asked on time", () => {
    const pace = new Pace(200, 1000);
    let taken = 0;
    for (let now = 1000; now < 11_000; now += 4) taken += pace.take(now, 4);
    expect(taken).toBe(2000);
    expect(pace.skipped).toBe(0);
  });

  it("catches up after a short pause, faster than the rate but not all at once", () => {
    const pace = new Pace(100, 0);
    pace.take(0, 10);
    expect(pace.take(500, 10)).toBe(10);
    let taken = 11;
    for (let now = 510; now <= 1000; now += 10) taken += pace.take(now, 10);
    expect(taken).toBe(101);
    expect(pace.skipped).toBe(0);
  });

  it("gives up what is more than a second behind, and says how much", () => {
    const pace = new Pace(100, 0);
    pace.take(0, 10);
    let taken = 1;
    for (let now = 5000; now <= 6000; now += 10) taken += pace.take(now, 10);
    expect(pace.skipped).toBe(400);
    expect(taken).toBe(601 - 400);
  });

  it("says how long until the next request is due", () => {
    const pace = new Pace(100, 0);
    expect(pace.wait(0)).toBe(0);
    pace.take(0, 10);
    expect(pace.wait(3)).toBe(7);
    expect(pace.wait(30)).toBe(0);
  });
});
