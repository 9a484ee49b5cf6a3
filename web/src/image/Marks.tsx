import { useEffect } from "react";
import type { Changes, ImageFacts } from "~/api/types";
import { AlbumMenu } from "~/albums/AlbumMenu";
import { queryClient } from "~/app/client";
import { ShelfMarks } from "~/curation/BulkBar";
import { curate, onCurated } from "~/curation/curate";
import { cullingActions } from "~/curation/keys";
import { applied, NO_MARKS } from "~/curation/marks";
import { MarksBar } from "~/curation/MarksBar";
import { useActions } from "~/lib/actions";
import styles from "./ImagePage.module.css";

/** Shelf that an image lies on, as the filter calls it. */
export function shelfOf({ curation }: ImageFacts): string | undefined {
  if (curation.trashed_at) return "trash";
  if (curation.hidden) return "hidden";
  return curation.archived ? "archive" : undefined;
}

/** Rating and marking the image that is looked at, by bar and keys; once its facts are known. */
export function ImageMarks({ facts }: { facts: ImageFacts | undefined }) {
  return facts ? <Known facts={facts} /> : null;
}

function Known({ facts }: { facts: ImageFacts }) {
  const { id } = facts;
  const change = (changes: Changes) => void curate({ images: [id] }, changes, { loud: false });
  const shelf = shelfOf(facts);
  useActions("Rate and mark", cullingActions({ marks: () => [facts], change, shelf }));
  useEffect(
    () =>
      onCurated((images, changes) => {
        if (!images.includes(id)) return;
        queryClient.setQueriesData<ImageFacts>({ queryKey: ["image", id] }, (known) =>
          known
            ? {
                ...known,
                ...applied(known, changes),
                curation: { ...known.curation, ...applied(known, changes) },
              }
            : known,
        );
      }),
    [id],
  );
  return (
    <div className={styles.marks}>
      <MarksBar marks={{ ...NO_MARKS, ...facts }} onChange={change}>
        <AlbumMenu images={[id]} catalog={facts.catalog.id} />
        <ShelfMarks shelf={shelf} onChange={change} />
      </MarksBar>
    </div>
  );
}
