import { Button, CloseButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCrop } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { api, pictureUrl } from "~/api/client";
import { useActions } from "~/lib/actions";
import { readRegion, type Region, writeRegion } from "./region";
import { useUpload } from "./uploads";
import type { SearchView } from "./view";
import styles from "./ExampleBar.module.css";

const RegionDialog = lazy(() => import("./RegionDialog"));

/** The picture that results look like. */
export interface Shown {
  /** Address of it at screen size; null where it is gone, or not there yet. */
  picture: string | null;
  /** On the server, or as the file was called. */
  file: string | undefined;
}

/** The picture of a view, and the part of it. */
export type Picked = Pick<SearchView, "image" | "upload" | "region">;

/** What is known of a view's picture. */
export function useExample({ image, upload }: Picked): Shown {
  const held = useUpload(upload);
  const { data } = useQuery({
    queryKey: ["image", Number(image), ""],
    queryFn: () => api.image(Number(image), {}),
    enabled: image !== undefined,
    staleTime: 30_000,
  });
  if (held) return { picture: held.url, file: held.name };
  if (!data) return { picture: null, file: undefined };
  const file = data.files.find(({ role }) => role === "original");
  const path = file && `${data.source.path}/${file.path}`;
  if (data.proxy) return { picture: pictureUrl(data.id, "proxy", data.proxy), file: path };
  return { picture: data.thumbnail && pictureUrl(data.id, "thumbnail", data.thumbnail), file: path };
}

interface BarProps {
  view: Picked;
  shown: Shown;
  /** What is found by it. */
  what?: string;
  onChange: (change: Picked) => void;
}

/** Which picture is searched by, and which part of it. */
export function ExampleBar({ view, shown, what = "Images", onChange }: BarProps) {
  const [drawing, setDrawing] = useState(false);
  const region = readRegion(view.region);
  const clear = () => onChange({ image: undefined, upload: undefined, region: undefined });
  useActions("Picture", [
    { label: "Choose a region of the picture", keys: ["R"], run: () => shown.picture && setDrawing(true) },
    { label: "Search without the picture", run: clear },
  ]);
  const search = (drawn: Region) => {
    setDrawing(false);
    onChange({ region: writeRegion(drawn) });
  };
  return (
    <div className={styles.bar} data-testid="example">
      {shown.picture && <Small picture={shown.picture} region={region} />}
      <p className={styles.words}>
        <strong>
          {what} that look like this {region ? "region" : "picture"}
        </strong>
        {shown.file && <span>{shown.file.split("/").at(-1)}</span>}
      </p>
      {shown.picture && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconCrop size={16} aria-hidden />}
          onClick={() => setDrawing(true)}
        >
          {region ? "Another region" : "Choose a region"}
        </Button>
      )}
      {region && (
        <Button variant="default" size="xs" onClick={() => onChange({ region: undefined })}>
          Whole picture
        </Button>
      )}
      <CloseButton className={styles.away} aria-label="Search without the picture" onClick={clear} />
      {drawing && shown.picture && (
        <Suspense>
          <RegionDialog
            picture={shown.picture}
            region={region}
            onSearch={search}
            onClose={() => setDrawing(false)}
          />
        </Suspense>
      )}
    </div>
  );
}

/** The picture in small, and where in it the region is. */
function Small({ picture, region }: { picture: string; region: Region | null }) {
  const percent = (part: number) => `${part * 100}%`;
  return (
    <span className={styles.small}>
      <img src={picture} alt="" draggable={false} />
      {region && (
        <span
          className={styles.part}
          style={{
            left: percent(region.x),
            top: percent(region.y),
            width: percent(region.w),
            height: percent(region.h),
          }}
        />
      )}
    </span>
  );
}
