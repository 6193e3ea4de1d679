import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { queryClient } from "../query-client.ts";
import { refresh } from "./refresh.ts";

const long = ["infinite", "/v1/tasks", {}];
const short = ["infinite", "/v1/tasks", { q: "x" }];
const other = ["/v1/agents"];
const change = [{ topic: "tasks", kind: "task", ids: null }];

const pages = (count: number) => ({
  pages: Array.from({ length: count }, () => ({ items: [] })),
  pageParams: [],
});
const isStale = (queryKey: readonly unknown[]) => queryClient.getQueryState(queryKey)?.isInvalidated;

beforeEach(() => {
  vi.useFakeTimers();
  queryClient.setQueryData(long, pages(10));
  queryClient.setQueryData(short, pages(3));
  queryClient.setQueryData(other, { items: [] });
});
afterEach(() => {
  vi.advanceTimersByTime(60_000);
  queryClient.clear();
  vi.useRealTimers();
});

it("asks for a long list again only when it has rested, and for short ones at once", () => {
  refresh(change);
  expect([isStale(long), isStale(short), isStale(other)]).toEqual([false, true, false]);
  vi.advanceTimersByTime(4_000);
  expect(isStale(long)).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect([isStale(long), isStale(other)]).toEqual([true, false]);
});

it("asks at once for a long list that is old", () => {
  vi.advanceTimersByTime(30_000);
  refresh(change);
  expect(isStale(long)).toBe(true);
});

it("forgets a list that is gone", () => {
  refresh(change);
  queryClient.removeQueries({ queryKey: long });
  vi.advanceTimersByTime(10_000);
  expect(vi.getTimerCount()).toBe(0);
});
