import { ActionIcon, Button, CloseButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconArrowLeft, IconCheck, IconExternalLink, IconPhotoSearch, IconX } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { listings } from "~/api/listings";
import type { ListingDetails, ListingResult } from "~/api/types";
import { ago, compactDay, count } from "~/lib/format";
import { ProblemNote } from "~/ui/States";
import { Pictures } from "./Pictures";
import { PriceChart } from "./PriceChart";
import { RankTable } from "./Ranks";
import { isFound } from "./useListings";
import type { ListingsState } from "./useListingsPage";
import { keyOf, readKey } from "./view";
import { voicesOf, consensus, sayPrice, sayState, sayWhenMade, titlesOf } from "./words";
import styles from "./Detail.module.css";

/** One listing whole: its pictures, what the models say, its price over time, its shop. */
export function Detail({ it }: { it: ListingsState }) {
  const [source, number] = readKey(it.view.open) ?? [0, 0];
  const { data, error, refetch } = useQuery({
    queryKey: ["listing", source, number],
    queryFn: () => listings.one(source, number),
    staleTime: 60_000,
  });
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    if (matchMedia("(max-width: 860px)").matches) pane.current?.focus(); // there it covers the list
  }, []);
  return (
    <aside ref={pane} className={styles.pane} aria-label="The listing" tabIndex={-1}>
      <div className={styles.bar}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={styles.back}
          aria-label="Back to the list"
          onClick={() => it.open(undefined)}
        >
          <IconArrowLeft size={22} stroke={1.7} />
        </ActionIcon>
        <CloseButton
          className={styles.close}
          aria-label="Close the listing"
          onClick={() => it.open(undefined)}
        />
      </div>
      {data ? (
        <Whole it={it} listing={data} />
      ) : error ? (
        <div className={styles.failed}>
          <ProblemNote error={error} doing="read the listing" onRetry={() => void refetch()} />
        </div>
      ) : (
        <div className={styles.waiting} role="status" aria-label="Loading the listing" />
      )}
    </aside>
  );
}

function Whole({ it, listing }: { it: ListingsState; listing: ListingDetails }) {
  const item = it.items.find((one) => keyOf(one) === keyOf(listing));
  const found = item && isFound(item) ? item : null;
  return (
    <>
      <Pictures listing={listing} best={found?.best.id} onAlike={it.alike} />
      <h2 className={styles.title}>{listing.title || `Listing ${listing.listing_id}`}</h2>
      <p className={styles.price}>
        <strong>{sayPrice(listing.price, listing.currency) ?? "No price"}</strong>
        <span data-state={listing.state}>{sayState(listing.state)}</span>
      </p>
      <Gone listing={listing} />
      <PriceChart listing={listing} />
      <Acts it={it} listing={listing} />
      {found && <Why it={it} found={found} />}
      <Facts listing={listing} />
      <Tags it={it} listing={listing} />
      {listing.description && (
        <details className={styles.text}>
          <summary>What the seller says</summary>
          <p>{listing.description}</p>
        </details>
      )}
      <Shop it={it} listing={listing} />
      <p className={styles.quiet}>
        Seen {ago(listing.seen_at)}
        {listing.expires_at && `, kept until ${compactDay(listing.expires_at)}`}
      </p>
    </>
  );
}

function Gone({ listing: { gone_at, state, seen_at } }: { listing: ListingDetails }) {
  const since = gone_at ?? (state === "gone" ? seen_at : null);
  return since && <p className={styles.gone}>The marketplace has not known it since {compactDay(since)}.</p>;
}

function Why({ it, found }: { it: ListingsState; found: ListingResult }) {
  const models = it.found.answer?.models ?? [];
  return (
    <section aria-label="Why it was found">
      <h3>{consensus(found, voicesOf(models))}</h3>
      <RankTable found={found} titles={titlesOf(models)} />
    </section>
  );
}

/** What can be done with it; where nothing is asked, there is nothing that it could match. */
function Acts({ it, listing }: { it: ListingsState; listing: ListingDetails }) {
  if (it.browsing && !listing.url) return null;
  return (
    <div className={styles.acts}>
      {!it.browsing && <Verdicts it={it} listing={listing} />}
      {listing.url && (
        <Button
          size="xs"
          variant="default"
          component="a"
          href={listing.url}
          target="_blank"
          rel="noopener noreferrer"
          rightSection={<IconExternalLink size={15} aria-hidden />}
        >
          On the marketplace
        </Button>
      )}
    </div>
  );
}

function Verdicts({ it, listing }: { it: ListingsState; listing: ListingDetails }) {
  const mark = it.marks[keyOf(listing)]?.mark;
  return (
    <>
      <Button
        size="xs"
        variant={mark === "match" ? "filled" : "default"}
        aria-pressed={mark === "match"}
        leftSection={<IconCheck size={16} aria-hidden />}
        onClick={() => it.mark(listing, "match")}
      >
        Match <kbd className={styles.cap}>M</kbd>
      </Button>
      <Button
        size="xs"
        variant={mark === "no" ? "filled" : "default"}
        aria-pressed={mark === "no"}
        leftSection={<IconX size={16} aria-hidden />}
        onClick={() => it.mark(listing, "no")}
      >
        No match <kbd className={styles.cap}>N</kbd>
      </Button>
    </>
  );
}

function Facts({ listing }: { listing: ListingDetails }) {
  const { quantity, favourers, views, when_made, materials, created_at, updated_at } = listing;
  const number = (value: number | null) => (value === null ? null : count(value));
  const facts = {
    "In stock": number(quantity),
    Favourites: number(favourers),
    Views: number(views),
    Made: when_made && sayWhenMade(when_made),
    Of: materials.join(", ") || null,
    Listed: created_at && compactDay(created_at),
    Changed: updated_at && compactDay(updated_at),
    Number: String(listing.listing_id),
  };
  return (
    <dl className={styles.facts}>
      {Object.entries(facts).map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Tags({ it, listing }: { it: ListingsState; listing: ListingDetails }) {
  if (listing.tags.length === 0) return null;
  return (
    <ul className={styles.tags} aria-label="Tags">
      {listing.tags.map((tag) => (
        <li key={tag}>
          <Link to="/listings" search={{ q: tag, catalog: it.view.catalog }}>
            {tag}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Shop({ it, listing: { shop, shop_details: more } }: { it: ListingsState; listing: ListingDetails }) {
  return (
    <section className={styles.shop} aria-label="Shop">
      <h3>{shop.name || `Shop ${shop.id}`}</h3>
      {more?.title && <p>{more.title}</p>}
      {more && <p className={styles.quiet}>{sayShop(more)}</p>}
      <div className={styles.acts}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPhotoSearch size={15} aria-hidden />}
          onClick={() => it.go({ shop: String(shop.id), open: undefined })}
        >
          Only this shop
        </Button>
        {more?.url && (
          <Button
            size="xs"
            variant="default"
            component="a"
            href={more.url}
            target="_blank"
            rel="noopener noreferrer"
            rightSection={<IconExternalLink size={15} aria-hidden />}
          >
            The shop
          </Button>
        )}
      </div>
    </section>
  );
}

type ShopDetails = NonNullable<ListingDetails["shop_details"]>;

function sayShop({ location, active_listings, reviews, review_average }: ShopDetails): string {
  const told = [
    location,
    active_listings !== null && `${count(active_listings)} listings`,
    reviews !== null && `${count(reviews)} reviews`,
    review_average !== null && `${review_average.toFixed(1)} stars`,
  ];
  return told.filter(Boolean).join(" · ");
}
