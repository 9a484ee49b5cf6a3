import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { DuplicateGroup } from "~/api/types";
import { Compare } from "~/compare/Compare";
import { usePageCommand } from "~/lib/commands";
import { useTitle } from "~/lib/title";
import { Subjects } from "~/subjects/Subjects";
import { PageSkeleton, ProblemNote } from "~/ui/States";
import { VirtualList } from "~/ui/VirtualList";
import { Bulk } from "./Bulk";
import { useOneCatalog } from "./catalog";
import { duplicatesCommand } from "./command";
import { Empty } from "./Empty";
import { GroupDetail } from "./GroupDetail";
import { GroupRow, ListSketch, ROW, RowSketch } from "./GroupRow";
import { Header } from "./Header";
import { useReviewKeys } from "./keys";
import { NoCatalog } from "./NoCatalog";
import { PlanSheet } from "./PlanSheet";
import { asQuery, type GroupView } from "./search";
import { useReview } from "./useReview";
import { inOrder } from "./words";
import panes from "~/ui/Panes.module.css";

/** Groups of copies, largest gain first; beside the list the one that is looked at. */
export function DuplicatesPage() {
  const view = useSearch({ from: "/duplicates" });
  const { catalog, error: noCatalogs, refetch: again, isPending } = useOneCatalog(view.catalog);
  useTitle("Duplicates");
  if (noCatalogs && !catalog)
    return (
      <main id="main" className="page">
        <ProblemNote error={noCatalogs} doing="read the catalogs" onRetry={() => void again()} />
      </main>
    );
  if (!catalog) return isPending ? <PageSkeleton /> : <NoCatalog />;
  if (view.tier === "subject") return <Subjects key={catalog.id} catalog={catalog.id} view={view} />;
  return <Review key={catalog.id} catalog={catalog.id} view={view} />;
}

function Review({ catalog, view }: { catalog: string; view: GroupView }) {
  const it = useReview(catalog, view);
  const { list, groups, group, index, chosen, planned, compared } = it;
  const { summary, error, refetch } = list;
  usePageCommand(duplicatesCommand(it.query), `/api/duplicates${asQuery(it.query)}`);
  useReviewKeys(it, compared !== null || planned !== null);
  const total = summary?.groups ?? 0;
  const row = (i: number) => {
    const one = groups[i];
    if (!one) return <RowSketch />;
    const is = { current: i === index, chosen: chosen.has(one.id) };
    return <GroupRow group={one} {...is} onOpen={it.open} onChoose={it.choose} />;
  };
  return (
    <main id="main" className={panes.page} data-open={(view.group && group) || undefined}>
      <Header
        list={list}
        view={view}
        catalog={catalog}
        onChange={it.change}
        onPreview={() => it.preview(null)}
      />
      {error && (
        <div className={panes.top}>
          <ProblemNote error={error} doing="read the duplicates" onRetry={() => void refetch()} />
        </div>
      )}
      {list.isPending && <ListSketch />}
      {summary && total === 0 && <Empty list={list} view={view} catalog={catalog} onChange={it.change} />}
      {total > 0 && (
        <div className={panes.body}>
          <div className={panes.list}>
            <VirtualList
              label="Groups"
              total={total}
              rowHeight={ROW}
              row={row}
              current={index}
              onRange={list.want}
            />
            <Bulk
              chosen={chosen}
              total={total}
              onPreview={() => it.preview([...chosen])}
              onApart={it.acts.apart}
              onNone={it.chooseNone}
            />
          </div>
          {group && (
            <GroupDetail key={group.id} group={group} current={it.current} busy={it.busy} acts={it.acts} />
          )}
        </div>
      )}
      <Overlays it={it} />
    </main>
  );
}

/** What lies over the page: two images side by side, or what will happen. */
function Overlays({ it }: { it: ReturnType<typeof useReview> }) {
  const { group, compared, planned } = it;
  return (
    <>
      {compared !== null && group && (
        <Comparison
          group={group}
          image={compared}
          onImage={it.compareWith}
          onClose={() => it.compareWith(null)}
        />
      )}
      {planned && <PlanSheet wish={planned} onClose={() => it.plan(null)} onDone={it.begun} />}
    </>
  );
}

interface ComparisonProps {
  group: DuplicateGroup;
  image: number;
  onImage: (image: number) => void;
  onClose: () => void;
}

/** The kept one beside another member; arrows lead to the next. */
function Comparison({ group, image, onImage, onClose }: ComparisonProps) {
  const members = useMemo(() => inOrder(group), [group]);
  const copies = members.slice(1);
  const found = copies.findIndex((one) => one.image.id === image);
  const at = Math.max(0, found);
  const step = (by: 1 | -1) => onImage(copies[(at + by + copies.length) % copies.length]!.image.id);
  return (
    <Compare
      left={{ card: members[0]!.image, role: "Kept" }}
      right={{
        card: copies[at]!.image,
        role: copies.length > 1 ? `Copy ${at + 1} of ${copies.length}` : "Copy",
      }}
      onStep={copies.length > 1 ? step : undefined}
      onClose={onClose}
    />
  );
}
