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

/** Nothing to show: why, and the one next thing to do. */
export function EmptyTimeline({ filtered }: { filtered: boolean }) {
  const navigate = useNavigate({ from: "/" });
  const [picking, setPicking] = useState(false);
  const running = useRunningJobs();
  const { data: catalogs } = useCatalogs();
  const hasSource = catalogs?.some(({ sources }) => sources.length > 0) ?? false;
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
