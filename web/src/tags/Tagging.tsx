import { IconSchool, IconTag } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import type { Targets } from "~/api/taxonomy";
import { Mark } from "~/curation/MarksBar";
import { useActions } from "~/lib/actions";

const TagDialog = lazy(() => import("./TagDialog"));
const TeachDialog = lazy(() => import("./TeachDialog"));

/** "Tag…" and "Teach…" for chosen images. */
export function Tagging({ targets }: { targets: () => Targets }) {
  const [open, setOpen] = useState<{ what: "tag" | "teach"; targets: Targets } | null>(null);
  const ask = (what: "tag" | "teach") => setOpen({ what, targets: targets() });
  const close = () => setOpen(null);
  useActions("Tag and teach", [
    { label: "Tag the chosen images…", keys: ["T"], run: () => ask("tag") },
    { label: "Teach: these are…", keys: ["Shift+T"], run: () => ask("teach") },
  ]);
  return (
    <>
      <Mark label="Tag… (T)" onClick={() => ask("tag")}>
        <IconTag size={19} stroke={1.7} />
      </Mark>
      <Mark label="Teach: these are… (Shift+T)" onClick={() => ask("teach")}>
        <IconSchool size={19} stroke={1.7} />
      </Mark>
      <Suspense>
        {open?.what === "tag" && <TagDialog targets={open.targets} onClose={close} />}
        {open?.what === "teach" && <TeachDialog targets={open.targets} onClose={close} />}
      </Suspense>
    </>
  );
}
