import { expect, test } from "vitest";
import { checkTimezoneName } from "./timezone.ts";

test("zone names: the IANA names and links as they are written, nothing else", () => {
  for (const name of [
    ...Intl.supportedValuesOf("timeZone"),
    ...["UTC", "Etc/GMT+5", "Europe/Kyiv", "Europe/Kiev", "US/Eastern", "Asia/Kolkata", "Asia/Calcutta"],
    "America/Argentina/Buenos_Aires",
  ]) {
    expect([name, checkTimezoneName(name)]).toEqual([name, { known: true }]);
  }
  const unknown = { known: false, meant: null };
  for (const name of [
    ...["+02:00", "+01:00", "-0500", "Mars/Olympus", "", "Z", " UTC", "Europe/Berlin "],
    ...["2026-01-01T00:00[Europe/Berlin]", "2027-01-01T00:00[UTC]"],
  ]) {
    expect([name, checkTimezoneName(name)]).toEqual([name, unknown]);
  }
  expect(checkTimezoneName("europe/berlin")).toEqual({ known: false, meant: "Europe/Berlin" });
});
