import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { search } from "~/app/Palette";
import { mergeJob } from "~/api/events";
import { problemOf } from "~/api/problem";
import type { Job } from "~/api/types";
import { belongsToElement, inOrder, keyCaps } from "./actions";
import { listCommand } from "./cli";
import { curl, quote } from "./commands";
import { readDate } from "./dates";
import { ago, duration, percent, playtime, size } from "./format";

describe("dates as people type them", () => {
  it.each([
    ["2019", "2019"],
    ["July 2019", "2019-07"],
    ["jul 2019", "2019-07"],
    ["14 July 2019", "2019-07-14"],
    ["July 14th, 2019", "2019-07-14"],
    ["2019-07-14", "2019-07-14"],
    ["2019/7/4", "2019-07-04"],
    ["14.7.2019", "2019-07-14"],
    ["07.2019", "2019-07"],
    [" 2019-07 ", "2019-07"],
    ["2019-13", null],
    ["30 February 2019", null],
    ["29 February 2020", "2020-02-29"],
    ["yesterday", null],
    ["14 July", null],
    ["", null],
  ])("%j is %j", (text, date) => expect(readDate(text)).toBe(date));

  it("reads back every date it writes", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString().slice(0, 10);
          expect(readDate(text)).toBe(text);
        },
      ),
    );
  });
});

describe("numbers as people read them", () => {
  it("never calls a part the whole, nor something nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 0, max: 1e7 }), (whole, part) => {
        fc.pre(part <= whole);
        expect(percent(part, whole) === "100 %").toBe(part === whole);
        expect(percent(part, whole) === "0 %").toBe(part === 0);
      }),
    );
  });

  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1500, "1.5 kB"],
    [25_300_000, "25 MB"],
  ])("%i bytes are %s", (bytes, text) => expect(size(bytes)).toBe(text));

  it.each([
    [5, "5 s"],
    [75, "1 min 15 s"],
    [7260, "2 h 1 min"],
  ])("%i seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  it("shows the length of videos", () => {
    expect(playtime(75)).toBe("1:15");
    expect(playtime(3675)).toBe("1:01:15");
    expect(playtime(7)).toBe("0:07");
  });

  it("says how long ago something was", () => {
    const now = Date.parse("2026-01-02T12:00:00Z");
    expect(ago("2026-01-02T11:59:50Z", now)).toBe("just now");
    expect(ago("2026-01-02T11:57:00Z", now)).toBe("3 minutes ago");
    expect(ago(null, now)).toBe("never");
  });
});

describe("commands", () => {
  it("quote whatever a shell would read otherwise", () => {
    expect(quote("plain-1.jpg")).toBe("plain-1.jpg");
    expect(quote("it's $HOME; rm")).toBe(`'it'\\''s $HOME; rm'`);
    expect(quote("")).toBe("''");
    expect(curl("/api/images?q=a&b=c", "http://127.0.0.1:8765")).toBe(
      "curl -s 'http://127.0.0.1:8765/api/images?q=a&b=c'",
    );
  });

  it("ask for the same images as the view", () => {
    expect(listCommand({ camera: ["Canon EOS R6"], has_gps: "true" })).toBe(
      "lumina images --gps --camera 'Canon EOS R6'",
    );
  });
});

describe("keys", () => {
  it("are printed as on the keyboard", () => {
    expect(keyCaps("Shift+D")).toEqual(["Shift", "D"]);
    expect(keyCaps("ArrowLeft")).toEqual(["←"]);
    expect(keyCaps("+")).toEqual(["+"]);
    expect(keyCaps("Shift+?")).toEqual(["?"]);
  });

  it("stay with the element that uses them", () => {
    document.body.innerHTML = `<input id="text"><input id="box" type="checkbox"><button id="button"></button>
      <div role="slider" id="slider" tabindex="0"></div><div role="dialog"><a id="inside" href="#"></a></div><a id="link" href="#"></a>`;
    const at = (id: string) => document.getElementById(id);
    expect(belongsToElement(at("text"), "d", false)).toBe(true);
    expect(belongsToElement(at("text"), "k", true)).toBe(false);
    expect(belongsToElement(at("box"), "d", false)).toBe(false);
    expect(belongsToElement(at("button"), " ", false)).toBe(true);
    expect(belongsToElement(at("button"), "d", false)).toBe(false);
    expect(belongsToElement(at("slider"), "ArrowUp", false)).toBe(true);
    expect(belongsToElement(at("inside"), "d", false)).toBe(true);
    expect(belongsToElement(at("link"), " ", false)).toBe(false);
    expect(belongsToElement(null, "d", false)).toBe(false);
  });

  it("of the page stand before those of every page", () => {
    const groups = new Map([
      ["a", { title: "Everywhere", actions: [] }],
      ["b", { title: "Timeline", actions: [] }],
    ]);
    expect(inOrder(groups).map(({ title }) => title)).toEqual(["Timeline", "Everywhere"]);
  });
});

describe("the palette", () => {
  const run = () => undefined;
  const actions = [
    { label: "Go to a date", run },
    { label: "Next day", run },
    { label: "Go to Jobs", run },
    { label: "Image above", run, keyOnly: true },
  ];

  it("finds by any words, those that begin so first", () => {
    expect(search(actions, "go jo").map(({ label }) => label)).toEqual(["Go to Jobs"]);
    expect(search(actions, "da").map(({ label }) => label)).toEqual(["Go to a date", "Next day"]);
    expect(search(actions, "")).toHaveLength(3);
    expect(search(actions, "zzz")).toEqual([]);
  });
});

describe("events", () => {
  const job = (id: string, done: number) => ({ id, done }) as Job;

  it("put a changed job in its place and a new one first", () => {
    const list = { items: [job("a", 1), job("b", 2)], next: null };
    expect(mergeJob(list, job("b", 5))!.items.map(({ id, done }) => [id, done])).toEqual([
      ["a", 1],
      ["b", 5],
    ]);
    expect(mergeJob(list, job("c", 0))!.items[0]!.id).toBe("c");
    expect(mergeJob(undefined, job("c", 0))).toBeUndefined();
  });
});

describe("problems", () => {
  it("keep the server's words, and have some where it had none", () => {
    expect(problemOf(404, { title: "Not found", detail: "No such image." }).message).toBe("No such image.");
    expect(problemOf(502, "<html>").title).toBe("The server answered 502");
    expect(problemOf(500, null).offline).toBe(false);
  });
});
