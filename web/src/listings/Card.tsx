import { ActionIcon, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconCheck, IconPhotoSearch, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { ListingResult } from "~/api/types";
import { Thumb } from "~/ui/Thumb";
import type { Mark } from "./marks";
import { Ranks } from "./Ranks";
import { isFound, type Item } from "./useListings";
import type { ListingsState } from "./useListingsPage";
import { keyOf } from "./view";
import { sayPrice, sayState } from "./words";
import styles from "./Card.module.css";

interface CardProps {
  it: ListingsState;
  item: Item;
  mark: Mark | undefined;
  /** The keyboard is on it. */
  current: boolean;
  /** It is looked at beside the list. */
  opened: boolean;
  /** Who took part. */
  asked: ReadonlySet<string>;
  titles: ReadonlyMap<string, string>;
}

/** One listing: its first picture, what it is, what it costs, and what the models say. */
export function Card(props: CardProps) {
  const { it, item, mark, current, opened, asked, titles } = props;
  const key = keyOf(item);
  const found = isFound(item) ? item : null;
  const tabIndex = current ? 0 : -1;
  const here = () => it.setCursor(key);
  return (
    <li
      className={styles.card}
      data-mark={mark}
      data-current={current || undefined}
      data-opened={opened || undefined}
    >
      <Link
        to="/listings"
        search={{ ...it.view, open: key }}
        replace={it.view.open !== undefined}
        className={styles.link}
        tabIndex={tabIndex}
        data-key={key}
        aria-current={opened || undefined}
        onFocus={here}
      >
        <Picture item={item} found={found} mark={mark} />
        <span className={styles.title}>{item.title || `Listing ${item.listing_id}`}</span>
      </Link>
      <Facts item={item} />
      {found && <Ranks found={found} asked={asked} titles={titles} tabIndex={tabIndex} onFocus={here} />}
      <Acts {...props} tabIndex={tabIndex} picture={(found?.best ?? item.primary)?.id} />
    </li>
  );
}

function Facts({ item: { price, currency, shop, state } }: Pick<CardProps, "item">) {
  return (
    <p className={styles.facts}>
      <strong>{sayPrice(price, currency) ?? "No price"}</strong>
      <span>{shop.name || `Shop ${shop.id}`}</span>
      {state !== "active" && <em>{sayState(state)}</em>}
    </p>
  );
}

/** The first picture and, where it is another one, the picture that matched. */
function Picture({ item, found, mark }: Pick<CardProps, "item" | "mark"> & { found: ListingResult | null }) {
  const first = item.primary ?? found?.best ?? NONE;
  const other = found && item.primary && found.best.id !== item.primary.id ? found.best : null;
  return (
    <span className={styles.picture}>
      <Thumb card={first} />
      {other && (
        <span className={styles.best} title="The picture that matched best">
          <Thumb card={other} />
        </span>
      )}
      {found?.identical && <span className={styles.same}>The same file</span>}
      {mark && <Verdict mark={mark} />}
    </span>
  );
}

function Verdict({ mark }: { mark: Mark }) {
  const Sign = mark === "match" ? IconCheck : IconX;
  return (
    <span className={styles.verdict}>
      <Sign size={15} stroke={2.4} aria-hidden />
      {mark === "match" ? "Match" : "No match"}
    </span>
  );
}

type ActsProps = Pick<CardProps, "it" | "item" | "mark"> & { tabIndex: number; picture: number | undefined };

function Acts({ it, item, mark, tabIndex, picture }: ActsProps) {
  return (
    <div className={styles.acts} data-alone={it.browsing || undefined}>
      {!it.browsing && (
        <>
          <Act
            label="A match"
            tabIndex={tabIndex}
            pressed={mark === "match"}
            onClick={() => it.mark(item, "match")}
          >
            <IconCheck size={18} stroke={2} />
          </Act>
          <Act
            label="No match"
            tabIndex={tabIndex}
            pressed={mark === "no"}
            onClick={() => it.mark(item, "no")}
          >
            <IconX size={18} stroke={2} />
          </Act>
        </>
      )}
      {picture !== undefined && (
        <Act label="More like this" tabIndex={tabIndex} onClick={() => it.alike(picture)}>
          <IconPhotoSearch size={18} stroke={1.8} />
        </Act>
      )}
    </div>
  );
}

const NONE = { placeholder: null, thumbnail: null, proxy: null };

interface ActProps {
  label: string;
  tabIndex: number;
  pressed?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Act({ label, tabIndex, pressed, onClick, children }: ActProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        className={styles.act}
        tabIndex={tabIndex}
        aria-label={label}
        aria-pressed={pressed}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
