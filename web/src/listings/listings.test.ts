import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { ListingCard, Market, MarketFollow, ModelState } from "~/api/types";
import { listingsCall, listingsCommand, listingsPath } from "./command";
import { asLines, clearMarks, mark } from "./marks";
import { stepsOf } from "./prices";
import { sayFollow, standingOf } from "./standing";
import { questionKey, questionOf, readKey, readListings, toggled, topicKey } from "./view";
import { consensus, sayAsked, sayPrice, sayState, sayWhenMade } from "./words";

describe("addresses of listings", () => {
  it("keep what makes sense together", () => {
    expect(readListings({ q: " ", image: "x", region: "0.1,0.1,0.5,0.5", price_min: "a" })).toEqual({});
    expect(
      readListings({ image: "7", upload: "u1", region: "0,0,0.5,0.5", recipe: "rrf", on: "both" }),
    ).toEqual({
      image: "7",
      region: "0,0,0.5,0.5",
      recipe: "rrf",
      on: "both",
    });
    expect(readListings({ price_min: "9", price_max: "5" })).toEqual({ price_min: "9" });
    expect(readListings({ shop: "7,12", open: "1-1700000000", currency: "EUR" })).toEqual({
      shop: "7,12",
      open: "1-1700000000",
      currency: "EUR",
    });
  });

  it("are read the same again, whatever stands in them", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("q", "shop", "price_min", "state", "open", "on"), fc.string()),
        (any) => {
          const view = readListings(any);
          expect(readListings({ ...view })).toEqual(view);
        },
      ),
    );
  });

  it("ask the same whatever is open, and marks stay when filters change", () => {
    const view = { q: "mug", shop: "7" };
    expect(questionKey({ ...view, open: "1-2" })).toBe(questionKey(view));
    expect(questionKey({ ...view, shop: "8" })).not.toBe(questionKey(view));
    expect(topicKey({ q: " Mug ", shop: "8", models: "a" })).toBe(topicKey(view));
    expect(questionOf({ image: "7", q: " a " })).toMatchObject({ image_id: 7, text: "a" });
    expect(readKey("1-1700000000")).toEqual([1, 1_700_000_000]);
    expect(readKey("x")).toBeNull();
  });

  it("take values in and out of lists", () => {
    expect(toggled(undefined, "7")).toBe("7");
    expect(toggled("7,8", "7")).toBe("8");
    expect(toggled("7", "7")).toBeUndefined();
  });
});

describe("commands of listings", () => {
  it("say what the page shows", () => {
    const view = { q: "red mug", shop: "7,8", price_max: "30", on: "both", models: "a" };
    expect(listingsCommand(view)).toBe(
      "lumina market search --text 'red mug' --on both --price ..30 --shop 7 --shop 8 --model a",
    );
    expect(listingsCommand({ upload: "u", region: "0,0,1,1" }, "my mug.jpg")).toBe(
      "lumina market search 'my mug.jpg' --region 0,0,1,1",
    );
    expect(listingsCommand({ image: "7" })).toBe("lumina market search --image-id 7");
    expect(listingsCommand({ price_min: "5" }, "x", "http://x")).toBe(
      "curl -s 'http://x/api/listings?price_min=5'",
    );
    expect(listingsCommand({ q: "mug", listed_from: "2026-01-01" }, "x", "http://x")).toBe(
      "curl -s -F listed_from=2026-01-01 -F text=mug http://x/api/listings/search",
    );
    expect(listingsPath({ price_max: "30" })).toBe("/api/listings?price_max=30");
    expect(listingsCall({ upload: "u", state: "active" }, "mug.jpg", "http://x")).toBe(
      "curl -s -F image=@mug.jpg -F state=active http://x/api/listings/search",
    );
    expect(listingsCall({ shop: "7" })).toBeUndefined();
  });
});

describe("words", () => {
  it("say prices, states and years", () => {
    expect(sayPrice("12.50", "EUR")).toContain("12.50");
    expect(sayPrice("12.50", "not a currency")).toBe("12.50");
    expect(sayPrice(null, "EUR")).toBeNull();
    expect([sayState("sold_out"), sayWhenMade("2020_2026"), sayWhenMade("before_2006")]).toEqual([
      "Sold out",
      "2020–2026",
      "Before 2006",
    ]);
  });
});

describe("the consensus", () => {
  it("counts models, and words beside them", () => {
    const said = (...names: string[]) => consensus({ matched_by: 1 }, new Set(names));
    expect([said("a"), said("a", "b"), said("words"), said("a", "words")]).toEqual([
      "1 of 1 model",
      "1 of 2 models",
      "Found by its words",
      "1 of 2 agree",
    ]);
  });
});

describe("who was asked", () => {
  it("counts each model once, whatever it looks at", () => {
    const model = (name: string, kind: string, used = true) =>
      ({ name, kind, used, title: name, detail: null }) as ModelState;
    const [words, seen] = [
      model("words", "words"),
      [model("a", "image"), model("a", "cutout"), model("b", "image", false)],
    ];
    expect([sayAsked(seen), sayAsked([words]), sayAsked([...seen, words]), sayAsked([])]).toEqual([
      "By 1 model",
      "By words alone",
      "By 1 model and words",
      "No model could answer",
    ]);
  });
});

describe("prices over time", () => {
  it("change where the price does, oldest first", () => {
    const row = (at: string, price: string | null) => ({
      at,
      price,
      currency: "EUR",
      state: "active",
      quantity: 1,
      favourers: 1,
      views: 1,
    });
    const steps = stepsOf([
      row("2026-03-04T00:00:00Z", "9.00"),
      row("2026-03-03T00:00:00Z", "9.00"),
      row("2026-03-02T00:00:00Z", null),
      row("2026-03-01T00:00:00Z", "12.50"),
    ]);
    expect(steps.map(({ price }) => price)).toEqual([12.5, 9]);
    expect(new Date(steps[1]!.at).toISOString()).toBe("2026-03-03T00:00:00.000Z");
  });
});

describe("a marketplace without listings", () => {
  const NOW = Date.parse("2026-05-01T12:00:00Z");
  const follow = (more: Partial<MarketFollow> = {}) =>
    ({
      kind: "keywords",
      value: "mug",
      synced_at: null,
      due_at: null,
      unfinished: false,
      error: null,
      ...more,
    }) as MarketFollow;
  const market = (more: Partial<Market> = {}) =>
    ({
      title: "Etsy",
      limit: { blocked_until: null, reason: "" },
      waits: null,
      job: null,
      follows: [follow()],
      ...more,
    }) as Market;
  const title = (more: Partial<Market>) => standingOf(market(more), undefined, NOW).title;

  it("says what it waits for", () => {
    const blocked = {
      blocked_until: "2026-05-02T00:00:00Z",
      reason: "the requests of a day are used up",
    } as Market["limit"];
    const said = standingOf(market({ limit: blocked, job: "x" }), undefined, NOW);
    expect(said.title).toMatch(/^Etsy may not be asked until /);
    expect(said.text).toMatch(/^The requests of a day are used up\. It goes on by itself/);
    const short = { ...blocked, blocked_until: "2026-05-01T12:00:05Z" };
    expect(title({ limit: short, job: "x" })).toBe("Looking for listings");
    expect(standingOf(market({ waits: "No key." }), undefined, NOW)).toEqual({
      title: "Etsy is not asked",
      text: "No key.",
      ask: false,
    });
  });

  it("says what went wrong, what comes next, and that there is nothing", () => {
    expect(title({ follows: [follow(), follow({ error: "refused" })] })).toBe(
      "The last sync did not get through",
    );
    expect(title({})).toBe("Nothing is synced yet");
    expect(title({ follows: [follow({ synced_at: "2026-05-01T11:00:00Z" })] })).toBe(
      "What you follow has no listings",
    );
    expect([sayFollow(follow({ unfinished: true })), sayFollow(follow())]).toEqual([
      "begun",
      "not synced yet",
    ]);
  });
});

describe("verdicts", () => {
  const listing = { source_id: 1, listing_id: 5, title: "A\tmug", url: "http://x/5" } as ListingCard;
  beforeEach(() => sessionStorage.clear());

  it("are kept by question, and make a table", () => {
    mark("t", listing, "match");
    mark("t", { ...listing, listing_id: 6 }, "no");
    const kept = JSON.parse(sessionStorage.getItem("lumina-listing-marks")!) as Record<string, never>;
    expect(asLines(kept.t!).split("\n")).toEqual([
      "verdict\tlisting\ttitle\turl",
      "match\t5\tA mug\thttp://x/5",
      "no match\t6\tA mug\thttp://x/5",
    ]);
    mark("t", listing, null);
    clearMarks("other");
    expect(Object.keys(JSON.parse(sessionStorage.getItem("lumina-listing-marks")!).t)).toEqual(["1-6"]);
  });
});
