import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { IconFolderPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Mark } from "~/app/Mark";
import { useRunningJobs } from "~/jobs/running";
import { FolderPicker } from "~/settings/FolderPicker";
import { Notice } from "~/ui/States";
import type { Filters } from "~/lib/filters";
import { useCatalogs } from "./CatalogPicker";

const SHELVES: Record<string, { title: string; text: string }> = {
  archive: {
    title: "Nothing is archived",
    text: "Archived images leave the timeline and stay in their albums. Press A on an image to archive it.",
  },
  trash: {
    title: "The trash is empty",
    text: "What is moved to the trash leaves every view and can be taken out again.",
  },
  hidden: {
    title: "No copy is hidden",
    text: "Copies that a better one stands for are kept here, untouched on disk, once duplicates have been resolved.",
  },
};

/** Nothing to show: why, and the one next thing to do. */
export function EmptyTimeline({ filtered, shelf }: { filtered: boolean; shelf?: string }) {
  const navigate = useNavigate({ from: "/" });
  const [picking, setPicking] = useState(false);
  const running = useRunningJobs();
  const { data: catalogs } = useCatalogs();
  const hasSource = catalogs?.some(({ sources }) => sources.length > 0) ?? false;
  if (shelf && SHELVES[shelf])
    return (
      <Notice
        title={SHELVES[shelf].title}
        text={SHELVES[shelf].text}
        action={
          <Button
            variant="default"
            onClick={() => void navigate({ search: (now: Filters) => ({ catalog: now.catalog }) })}
          >
            Back to the timeline
          </Button>
        }
      />
    );
  if (filtered)
    return (
      <Notice
        title="No image matches these filters"
        text="Nothing is hidden: the filters above simply leave nothing over."
        action={
          <Button onClick={() => void navigate({ search: (now: Filters) => ({ catalog: now.catalog }) })}>
            Clear the filters
          </Button>
        }
      />
    );
  if (running.length > 0)
    return (
      <Notice
        picture={<Mark size={72} />}
        title="Looking through your folders"
        text="The first images appear here in a moment."
      />
    );
  return (
    <>
      <Notice
        picture={<Mark size={88} />}
        title={hasSource ? "No photos found yet" : "Your photographs, in the light"}
        text={
          hasSource
            ? "The folders that Lumina knows hold no photo or video that it can read. Add another folder, or see Settings."
            : "Choose a folder with photos. Lumina reads it, never changes it, and shows everything by date while it is still reading."
        }
        action={
          <Button
            size="md"
            leftSection={<IconFolderPlus size={19} aria-hidden />}
            onClick={() => setPicking(true)}
          >
            Add a folder
          </Button>
        }
      />
      {picking && <FolderPicker catalogs={catalogs ?? []} onClose={() => setPicking(false)} />}
    </>
  );
}
