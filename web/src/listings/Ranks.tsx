import { Popover } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import type { ListingResult } from "~/api/types";
import { count } from "~/lib/format";
import { consensus, sayOpinion, sayVoice } from "./words";
import styles from "./Ranks.module.css";

interface RanksProps {
  found: ListingResult;
  asked: ReadonlySet<string>;
  titles: ReadonlyMap<string, string>;
  tabIndex?: number;
  onFocus?: () => void;
}

/** How many models agree and where each has put the listing; opens to the whole table. */
export function Ranks({ found, asked, titles, tabIndex, onFocus }: RanksProps) {
  const [open, setOpen] = useState(false);
  const { ranks } = found;
  const said = ranks.map((one) => sayOpinion(one, titles.get(one.model) ?? one.model)).join(". ");
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-start"
      width={330}
      trapFocus
      returnFocus
      withRoles={false}
    >
      <Popover.Target>
        <button
          type="button"
          className={styles.strip}
          tabIndex={tabIndex}
          onFocus={onFocus}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span className={styles.sum}>
            <span>
              {consensus(found, asked)}
              <span className="visually-hidden">. {said}</span>
            </span>
            <IconChevronDown size={14} aria-hidden />
          </span>
          <span className={styles.bars} aria-hidden>
            {ranks.map(({ model, kind, rank, strength }) => (
              <span key={`${model} ${kind}`} className={styles.bar} data-sure={strength > 0.5 || undefined}>
                <span className={styles.track}>
                  <i style={{ width: `${Math.max(6, strength * 100)}%` }} />
                </span>
                <b>{rank > 999 ? "999+" : rank}</b>
              </span>
            ))}
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={styles.panel} role="dialog" aria-label="What each model says">
        <RankTable found={found} titles={titles} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** What each model says of one listing. */
export function RankTable({ found, titles }: Pick<RanksProps, "found" | "titles">) {
  return (
    // The panel holds nothing else that could have the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <table className={styles.table} tabIndex={0} data-autofocus aria-label="What each model says">
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Place</th>
          <th scope="col">Alike</th>
          <th scope="col">Strength</th>
        </tr>
      </thead>
      <tbody>
        {found.ranks.map((one) => (
          <tr key={`${one.model} ${one.kind}`} data-sure={one.strength > 0.5 || undefined}>
            <th scope="row">{sayVoice(one, titles.get(one.model) ?? one.model)}</th>
            <td>{count(one.rank)}</td>
            <td>{one.similarity.toFixed(2)}</td>
            <td>
              <span className={styles.track}>
                <i style={{ width: `${Math.max(4, one.strength * 100)}%` }} />
              </span>
              <span className="visually-hidden">
                {Math.round(one.strength * 100)} of 100{one.strength > 0.5 ? "" : ", may be chance"}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
