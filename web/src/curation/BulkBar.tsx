import { CloseButton } from "@mantine/core";
import { IconArchive, IconArchiveOff, IconEye, IconRestore, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Changes } from "~/api/types";
import { AlbumMenu } from "~/albums/AlbumMenu";
import { count } from "~/lib/format";
import { useStore } from "~/lib/store";
import type { Marks } from "./marks";
import { Mark, MarksBar } from "./MarksBar";
import { chooseEverything, clearSelection, isEmpty, selection } from "./selection";
import styles from "./Curation.module.css";

interface BulkProps {
  /** Images of the whole view. */
  total: number;
  catalog: string | undefined;
  shelf: string | undefined;
  /** What the chosen ones have in common. */
  marks: Marks;
  onChange: (changes: Changes) => void;
  /** More that can be done to them. */
  more?: ReactNode;
  /** Chooses all of them, where the server doesn't know the view as filters. */
  onAll?: () => void;
}

/** What can be done to the chosen images; there while some are chosen. */
export function BulkBar({
  total,
  catalog,
  shelf,
  marks,
  onChange,
  more,
  onAll = chooseEverything,
}: BulkProps) {
  const chosen = useStore(selection);
  if (isEmpty(chosen)) return null;
  const many = chosen.everything ? total : chosen.ids.size;
  return (
    <section className={styles.bulk} data-bulk aria-label="Chosen images">
      <span className={styles.chosen} role="status">
        {count(many)} chosen
      </span>
      {!chosen.everything && many < total && (
        <button type="button" className={styles.all} onClick={onAll}>
          All {count(total)} of this view
        </button>
      )}
      <MarksBar marks={marks} onChange={onChange}>
        {!chosen.everything && <AlbumMenu images={[...chosen.ids]} catalog={catalog} />}
        {more}
        <ShelfMarks shelf={shelf} onChange={onChange} />
      </MarksBar>
      <CloseButton aria-label="Choose none" onClick={clearSelection} />
    </section>
  );
}

/** Archive and trash, or the way back from them. */
export function ShelfMarks({ shelf, onChange }: { shelf?: string; onChange: (changes: Changes) => void }) {
  return (
    <>
      {shelf === "archive" && (
        <Mark label="Take out of the archive (A)" onClick={() => onChange({ archived: false })}>
          <IconArchiveOff size={19} stroke={1.7} />
        </Mark>
      )}
      {shelf === undefined && (
        <Mark label="Archive (A)" onClick={() => onChange({ archived: true })}>
          <IconArchive size={19} stroke={1.7} />
        </Mark>
      )}
      {shelf === "hidden" && (
        <Mark label="Show again (R)" onClick={() => onChange({ hidden: false })}>
          <IconEye size={19} stroke={1.7} />
        </Mark>
      )}
      {shelf === "trash" ? (
        <Mark label="Take out of the trash (R)" onClick={() => onChange({ trashed: false })}>
          <IconRestore size={19} stroke={1.7} />
        </Mark>
      ) : (
        <Mark label="Move to the trash (Del)" onClick={() => onChange({ trashed: true })}>
          <IconTrash size={19} stroke={1.7} />
        </Mark>
      )}
    </>
  );
}
