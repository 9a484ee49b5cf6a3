import { Button, CloseButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconPhotoSearch } from "@tabler/icons-react";
import type { SearchReason, SearchResult } from "~/api/types";
import { fullTime } from "~/lib/format";
import { Thumb } from "~/ui/Thumb";
import { ReasonIcon } from "./ReasonIcon";
import { common, own } from "./reasons";
import type { SearchView } from "./view";
import styles from "./WhyPanel.module.css";

interface WhyProps {
  item: SearchResult | undefined;
  view: SearchView;
  onOpen: (id: number) => void;
  onClose: () => void;
}

/** Why one result is there, in full; it follows the keyboard. */
export function WhyPanel({ item, view, onOpen, onClose }: WhyProps) {
  return (
    <aside className={styles.panel} aria-label="Why is this here?">
      <div className={styles.head}>
        <h2>Why is this here?</h2>
        <CloseButton aria-label="Close the reasons" onClick={onClose} />
      </div>
      {item ? (
        <Known key={item.image.id} item={item} view={view} onOpen={onOpen} />
      ) : (
        <p className={styles.quiet}>Go to a result with the arrows, or click on its reason.</p>
      )}
    </aside>
  );
}

function Known({
  item: { image, reasons },
  view,
  onOpen,
}: Pick<WhyProps, "view" | "onOpen"> & { item: SearchResult }) {
  const [strong, also] = [own(reasons), common(reasons)];
  return (
    <>
      <div className={styles.thumb} style={{ aspectRatio: ratioOf(image) }}>
        <Thumb card={image} />
      </div>
      <p className={styles.name}>
        <strong>{image.name}</strong>
        <span>{image.taken_at ? fullTime(image.taken_at) : "Without a date"}</span>
      </p>
      <div aria-live="polite">
        {strong.length > 0 && <Reasons reasons={strong} />}
        {also.length > 0 && (
          <>
            <h3>Like all results</h3>
            <Reasons reasons={also} quiet />
          </>
        )}
        {reasons.length === 0 && <p className={styles.quiet}>It meets all that was asked for.</p>}
      </div>
      <div className={styles.acts}>
        <Button variant="default" size="xs" onClick={() => onOpen(image.id)}>
          Open
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPhotoSearch size={15} aria-hidden />}
          renderRoot={(props) => (
            <Link to="/search" search={{ catalog: view.catalog, image: String(image.id) }} {...props} />
          )}
        >
          Look-alikes
        </Button>
      </div>
    </>
  );
}

function Reasons({ reasons, quiet }: { reasons: SearchReason[]; quiet?: boolean }) {
  return (
    <ol className={styles.reasons} data-quiet={quiet}>
      {reasons.map(({ kind, text }) => (
        <li key={`${kind} ${text}`}>
          <ReasonIcon kind={kind} size={18} />
          <span>{text}</span>
        </li>
      ))}
    </ol>
  );
}

function ratioOf({ width, height }: SearchResult["image"]): number {
  return width && height ? Math.min(2, Math.max(0.8, width / height)) : 1.5;
}
