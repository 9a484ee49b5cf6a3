import { Button, Modal } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { IconChecks } from "@tabler/icons-react";
import { Compare } from "~/compare/Compare";
import { cullingActions } from "~/curation/keys";
import { useOneCatalog } from "~/duplicates/catalog";
import { Running } from "~/duplicates/Header";
import { NoCatalog } from "~/duplicates/NoCatalog";
import { asQuery, type SequenceView } from "~/duplicates/search";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { count } from "~/lib/format";
import { useTitle } from "~/lib/title";
import { CatalogPicker } from "~/timeline/CatalogPicker";
import { PageHeader } from "~/ui/PageHeader";
import { PageSkeleton, ProblemNote } from "~/ui/States";
import { VirtualList } from "~/ui/VirtualList";
import { BurstDetail } from "./BurstDetail";
import { BurstRow } from "./BurstRow";
import { burstsCommand } from "./command";
import { Empty } from "./Empty";
import { useCull } from "./useCull";
import { KIND_WORDS } from "./words";
import panes from "~/ui/Panes.module.css";
import styles from "./Bursts.module.css";

const ROW = 132;

/** Sequences of frames, newest first; beside the list the one that is looked at. */
export function BurstsPage() {
  const view = useSearch({ from: "/bursts" });
  const { catalog, error, refetch, isPending } = useOneCatalog(view.catalog);
  useTitle("Bursts");
  if (error && !catalog)
    return (
      <main id="main" className="page">
        <ProblemNote error={error} doing="read the catalogs" onRetry={() => void refetch()} />
      </main>
    );
  if (!catalog) return isPending ? <PageSkeleton /> : <NoCatalog />;
  return <Cull key={catalog.id} catalog={catalog.id} view={view} />;
}

type Cull = ReturnType<typeof useCull>;

function Cull({ catalog, view }: { catalog: string; view: SequenceView }) {
  const it = useCull(catalog, view);
  const { list, bursts, burst, index } = it;
  const { summary, error, refetch } = list;
  usePageCommand(burstsCommand(it.query), `/api/bursts${asQuery(it.query)}`);
  useCullKeys(it);
  const total = summary?.bursts ?? 0;
  const row = (i: number) => {
    const one = bursts[i];
    return one ? <BurstRow burst={one} current={i === index} onOpen={it.open} /> : <RowSketch />;
  };
  return (
    <main id="main" className={panes.page} data-open={(view.burst && burst) || undefined}>
      <Header it={it} view={view} catalog={catalog} />
      {error && (
        <div className={panes.top}>
          <ProblemNote error={error} doing="read the bursts" onRetry={() => void refetch()} />
        </div>
      )}
      {list.isPending && <Waiting />}
      {summary && total === 0 && <Empty run={list.run} view={view} catalog={catalog} onChange={it.change} />}
      {total > 0 && (
        <div className={panes.body}>
          <div className={panes.list}>
            <VirtualList
              label="Sequences"
              total={total}
              rowHeight={ROW}
              row={row}
              current={index}
              onRange={list.want}
            />
          </div>
          {burst && (
            <BurstDetail
              key={burst.id}
              burst={burst}
              current={it.current}
              onFocus={it.focus}
              onKeep={it.keepThis}
              onCompare={() => it.compare(true)}
              onBack={() => it.change({ burst: undefined })}
            />
          )}
        </div>
      )}
      <Overlays it={it} />
    </main>
  );
}

function Header({ it, view, catalog }: { it: Cull; view: SequenceView; catalog: string }) {
  const { summary } = it.list;
  const some = (summary?.bursts ?? 0) > 0;
  return (
    <div className={panes.top}>
      <PageHeader
        title="Bursts"
        lead={
          some && summary ? `${count(summary.bursts)} sequences, ${count(summary.images)} frames` : undefined
        }
      >
        <CatalogPicker
          filters={{ catalog }}
          onChange={(next) => it.change({ catalog: next.catalog, burst: undefined })}
        />
        {some && (
          <Button leftSection={<IconChecks size={18} aria-hidden />} onClick={() => it.ask(true)}>
            Keep the best of all…
          </Button>
        )}
      </PageHeader>
      <Running kind="detect-bursts" words="Looking for bursts" />
      {(some || view.kind !== undefined) && (
        <div className={styles.bar}>
          <select
            className={styles.select}
            aria-label="Kind of sequence"
            value={view.kind ?? ""}
            onChange={(event) =>
              it.change({ kind: event.currentTarget.value || undefined, burst: undefined })
            }
          >
            <option value="">All sequences</option>
            {Object.entries(KIND_WORDS).map(([kind, words]) => (
              <option key={kind} value={kind}>
                {words}s
              </option>
            ))}
          </select>
        </div>
      )}
    </div>
  );
}

function Overlays({ it }: { it: Cull }) {
  const { burst, current } = it;
  const best = burst?.members.find(({ image }) => image.id === burst.best);
  const other = burst?.members.find(({ image }) => image.id === current);
  return (
    <>
      {it.comparing && best && other && (
        <Compare
          left={{ card: best.image, role: "Best frame" }}
          right={{ card: other.image, role: `Frame ${other.position + 1}` }}
          onStep={it.beside}
          onClose={() => it.compare(false)}
        />
      )}
      {it.asking && (
        <Modal opened onClose={() => it.ask(false)} title="Keep the best of all bursts?" size={520}>
          <p>
            In every burst about which nothing has been said yet, the best frame is picked and the others are
            rejected. No file is touched, and rejected frames stay where they are. Brackets, panoramas, HDR
            pairs and time-lapses are left alone.
          </p>
          <div className={styles.choice}>
            <Button variant="default" onClick={() => it.ask(false)}>
              Cancel
            </Button>
            <Button data-autofocus onClick={it.keepAll}>
              Pick and reject
            </Button>
          </div>
        </Modal>
      )}
    </>
  );
}

function useCullKeys(it: Cull): void {
  const idle = it.comparing || it.asking;
  const own = [
    { label: "Next frame", keys: ["ArrowRight"], run: () => it.beside(1) },
    { label: "Previous frame", keys: ["ArrowLeft"], run: () => it.beside(-1) },
    { label: "Next sequence", keys: ["ArrowDown", "S"], run: () => it.step(1) },
    { label: "Previous sequence", keys: ["ArrowUp"], run: () => it.step(-1) },
    { label: "First sequence", keys: ["Home"], run: () => it.ends(false) },
    { label: "Last loaded sequence", keys: ["End"], run: () => it.ends(true) },
    { label: "Keep this frame, reject the rest", keys: ["Shift+P"], run: it.keepThis },
    { label: "Keep the best frame, reject the rest", keys: ["K", "Enter"], run: it.keepBest },
    { label: "Keep the best of all bursts", keys: ["Shift+K"], run: () => it.ask(true) },
    { label: "Compare with the best frame", keys: ["C"], run: () => it.compare(true) },
  ];
  useActions("Bursts", idle ? [] : own);
  useActions("Rate and mark", idle ? [] : cullingActions({ marks: it.marks, change: it.curate }));
}

function RowSketch() {
  return (
    <div className={styles.rowSketch} aria-hidden>
      <span />
      <span />
    </div>
  );
}

function Waiting() {
  return (
    <div className={panes.body} role="status" aria-label="Loading the sequences">
      <div className={panes.list}>
        {Array.from({ length: 6 }, (_, i) => (
          <div key={i} style={{ height: ROW }}>
            <RowSketch />
          </div>
        ))}
      </div>
    </div>
  );
}
