import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { Running } from "~/duplicates/Header";
import { Tiers } from "~/duplicates/Tiers";
import { count, images } from "~/lib/format";
import { CatalogPicker } from "~/timeline/CatalogPicker";
import { PageHeader } from "~/ui/PageHeader";
import { useLook } from "./useLook";
import type { useSubjects } from "./useSubjects";
import panes from "~/ui/Panes.module.css";
import styles from "./Subjects.module.css";

interface HeaderProps {
  it: ReturnType<typeof useSubjects>;
  catalog: string;
}

/** What was found, what it is, and looking again. */
export function SubjectHeader({ it, catalog }: HeaderProps) {
  const look = useLook(catalog);
  const some = it.groups.length > 0;
  return (
    <div className={panes.top}>
      <PageHeader title="Duplicates" lead={some ? leadOf(it.run?.counts ?? {}) : undefined}>
        <CatalogPicker
          filters={{ catalog }}
          onChange={(next) => it.change({ catalog: next.catalog, group: undefined })}
        />
        {some && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={17} aria-hidden />}
            loading={look.busy}
            disabled={look.running}
            onClick={look.start}
          >
            Look again
          </Button>
        )}
      </PageHeader>
      <Tiers catalog={catalog} subject />
      <Running kind="detect-subjects" words="Looking for images of one subject" />
      {some && (
        <p className={styles.note}>
          No copies: images that show the same thing, going by what a model sees in them. They are only shown;
          nothing here is ever put away.
        </p>
      )}
    </div>
  );
}

/** Of the search, as it was published; images may have left since. */
function leadOf({ groups, members }: Record<string, unknown>): string | undefined {
  if (typeof groups !== "number" || typeof members !== "number") return undefined;
  return `${count(groups)} ${groups === 1 ? "group" : "groups"} of ${images(members)}`;
}
