import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconLayersSubtract, IconMaximize, IconPhotoSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { ListingDetails, ListingPicture } from "~/api/types";
import { useActions } from "~/lib/actions";
import { Thumb } from "~/ui/Thumb";
import styles from "./Pictures.module.css";

interface PicturesProps {
  listing: ListingDetails;
  /** Image that matched best. */
  best: number | undefined;
  onAlike: (image: number) => void;
}

/** A listing's pictures: one large, with or without its background, and all of them to choose from. */
export function Pictures({ listing, best, onAlike }: PicturesProps) {
  const { pictures } = listing;
  const [chosen, choose] = useState<number>();
  const [cut, setCut] = useState(false);
  const shown =
    pictures.find(({ image }) => image.id === (chosen ?? best)) ??
    pictures.find(({ there }) => there) ??
    pictures[0];
  const next = (step: number) => {
    const at = pictures.indexOf(shown!);
    choose(pictures[(at + step + pictures.length) % pictures.length]?.image.id);
  };
  useActions("Pictures of the listing", [
    { label: "Next picture", keys: ["."], run: () => next(1) },
    { label: "Previous picture", keys: [","], run: () => next(-1) },
    { label: "Without its background", keys: ["B"], run: () => setCut(!cut) },
  ]);
  if (!shown) return <p className={styles.none}>It has no pictures.</p>;
  return (
    <div className={styles.pictures}>
      <Large picture={shown} listing={listing} cut={cut} />
      <div className={styles.tools}>
        {pictures.some(({ cutout }) => cutout) && (
          <Button
            size="xs"
            variant={cut ? "filled" : "default"}
            aria-pressed={cut}
            disabled={!shown.cutout}
            leftSection={<IconLayersSubtract size={16} aria-hidden />}
            onClick={() => setCut(!cut)}
          >
            Without background
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          disabled={!shown.there}
          leftSection={<IconPhotoSearch size={16} aria-hidden />}
          onClick={() => onAlike(shown.image.id)}
        >
          More like this
        </Button>
        <Tooltip label="Open the image">
          <ActionIcon
            variant="default"
            size={30}
            aria-label="Open the image"
            renderRoot={(props) => (
              <Link to="/image/$id" params={{ id: String(shown.image.id) }} search={{}} {...props} />
            )}
          >
            <IconMaximize size={16} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </div>
      {cut && !shown.cutout && shown.refused && <p className={styles.refused}>{shown.refused}</p>}
      {pictures.length > 1 && (
        <ul className={styles.strip} aria-label="Pictures">
          {pictures.map((one) => (
            <li key={one.image.id}>
              <button
                type="button"
                className={styles.small}
                aria-pressed={one === shown}
                aria-label={nameOf(one, best)}
                data-gone={one.gone_at ? "" : undefined}
                onClick={() => choose(one.image.id)}
              >
                <Thumb card={one.image} />
                {one.image.id === best && <span className={styles.matched}>Matched</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The picture large; while the pointer rests on it, without its background. */
function Large({
  picture,
  listing,
  cut,
}: {
  picture: ListingPicture;
  listing: ListingDetails;
  cut: boolean;
}) {
  const { image, cutout, alt_text } = picture;
  const [over, setOver] = useState(false);
  const bare = cutout !== null && cut !== over;
  const alt = alt_text ?? listing.title;
  const { width, height } = image;
  return (
    <div
      className={styles.large}
      data-bare={bare || undefined}
      style={{ aspectRatio: width && height ? Math.min(1.7, Math.max(0.85, width / height)) : 1 }}
      onPointerEnter={(event) => event.pointerType === "mouse" && setOver(true)}
      onPointerLeave={() => setOver(false)}
    >
      {bare ? (
        <img src={cutout} alt={`${alt}, without its background`} />
      ) : (
        <Thumb card={image} large whole alt={alt} />
      )}
    </div>
  );
}

function nameOf(
  { rank, is_primary, gone_at, there, image }: ListingPicture,
  best: number | undefined,
): string {
  const more = [
    is_primary && "the first of the listing",
    image.id === best && "matched best",
    gone_at && "not shown any more",
    !there && "not fetched yet",
  ].filter(Boolean);
  return [`Picture ${rank}`, ...more].join(", ");
}
