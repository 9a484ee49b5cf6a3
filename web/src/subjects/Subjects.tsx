import type { SubjectGroup } from "~/api/types";
import { Compare } from "~/compare/Compare";
import { duplicatesCommand } from "~/duplicates/command";
import { ListSketch, ROW, RowSketch } from "~/duplicates/GroupRow";
import type { GroupView } from "~/duplicates/search";
import { share } from "~/duplicates/words";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { ProblemNote } from "~/ui/States";
import { VirtualList } from "~/ui/VirtualList";
import { NoSubjects } from "./NoSubjects";
import { SubjectDetail } from "./SubjectDetail";
import { SubjectHeader } from "./SubjectHeader";
import { SubjectRow } from "./SubjectRow";
import { useSubjects } from "./useSubjects";
import panes from "~/ui/Panes.module.css";

/** Groups of images that show one subject, beside the list the one that is looked at. Nothing here is resolved. */
export function Subjects({ catalog, view }: { catalog: string; view: GroupView }) {
  const it = useSubjects(catalog, view);
  const { groups, group, index, error, refetch } = it;
  usePageCommand(
    duplicatesCommand({ catalog: view.catalog, tier: "subject" }),
    view.catalog ? `/api/subjects?catalog=${view.catalog}` : "/api/subjects",
  );
  useSubjectKeys(it);
  const row = (i: number) => {
    const one = groups[i];
    return one ? <SubjectRow group={one} current={i === index} onOpen={it.open} /> : <RowSketch plain />;
  };
  return (
    <main id="main" className={panes.page} data-open={(view.group && group) || undefined}>
      <SubjectHeader it={it} catalog={catalog} />
      {error && (
        <div className={panes.top}>
          <ProblemNote error={error} doing="read the groups of one subject" onRetry={() => void refetch()} />
        </div>
      )}
      {it.isPending && <ListSketch plain />}
      {it.data && groups.length === 0 && <NoSubjects it={it} catalog={catalog} />}
      {groups.length > 0 && (
        <div className={panes.body}>
          <div className={panes.list}>
            <VirtualList
              label="Groups of one subject"
              total={it.total}
              rowHeight={ROW}
              row={row}
              current={index}
              onRange={it.want}
            />
          </div>
          {group && <SubjectDetail key={group.id} group={group} it={it} />}
        </div>
      )}
      {it.comparing && group && <Comparison group={group} it={it} />}
    </main>
  );
}

/** The first of a group beside another one. */
function Comparison({ group: { members }, it }: { group: SubjectGroup; it: ReturnType<typeof useSubjects> }) {
  const other = members[Math.max(1, it.at)]!;
  return (
    <Compare
      left={{ card: members[0]!.image, role: "The first" }}
      right={{ card: other.image, role: `${share(other.similarity)} alike` }}
      onStep={members.length > 2 ? it.compareNext : undefined}
      onClose={() => it.compare(false)}
    />
  );
}

function useSubjectKeys(it: ReturnType<typeof useSubjects>): void {
  const own = [
    { label: "Next group", keys: ["ArrowDown"], run: () => it.step(1) },
    { label: "Previous group", keys: ["ArrowUp"], run: () => it.step(-1) },
    { label: "First group", keys: ["Home"], run: () => it.ends(false) },
    { label: "Last loaded group", keys: ["End"], run: () => it.ends(true) },
    { label: "Next image", keys: ["ArrowRight"], run: () => it.beside(1) },
    { label: "Previous image", keys: ["ArrowLeft"], run: () => it.beside(-1) },
    { label: "Compare with the first", keys: ["C"], run: () => it.compare(true) },
  ];
  useActions("Same subject", it.comparing ? [] : own);
}
