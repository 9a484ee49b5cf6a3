import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconArrowBackUp, IconRobot } from "@tabler/icons-react";
import { curation } from "~/api/curation";
import type { Action } from "~/api/types";
import { undo } from "~/curation/undo";
import { usePageCommand } from "~/lib/commands";
import { ago, images, longDay } from "~/lib/format";
import { useTitle } from "~/lib/title";
import { PageHeader } from "~/ui/PageHeader";
import { Notice, PageSkeleton, ProblemNote } from "~/ui/States";
import styles from "./History.module.css";

/** Everything that was done, newest first; each thing can be taken back by itself. */
export function HistoryPage() {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["actions"],
    queryFn: ({ pageParam, signal }) => curation.actions({ cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  useTitle("History");
  usePageCommand("lumina undo --list", "/api/actions");
  if (!data && !error) return <PageSkeleton />;
  const actions = data?.pages.flatMap(({ items }) => items) ?? [];
  if (data && actions.length === 0)
    return (
      <main id="main" className="page">
        <Notice
          title="Nothing has been done yet"
          text="Ratings, albums, duplicates put away: everything that is decided about images is listed here and can be taken back."
        />
      </main>
    );
  return (
    <main id="main" className="page">
      <PageHeader
        title="History"
        lead="Each of these can be taken back by itself; Ctrl+Z takes back the newest."
      />
      {error && <ProblemNote error={error} doing="read the history" onRetry={() => void refetch()} />}
      {byDay(actions).map(([day, done]) => (
        <section key={day} className={styles.day}>
          <h2>{longDay(day)}</h2>
          <ul className={styles.list}>
            {done.map((action) => (
              <Row key={action.id} action={action} />
            ))}
          </ul>
        </section>
      ))}
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show older
        </Button>
      )}
    </main>
  );
}

const STATES: Record<Action["state"], string> = {
  doing: "under way",
  done: "",
  undoing: "being taken back",
  undone: "taken back",
};

function Row({ action }: { action: Action }) {
  const { id, title, state, actor } = action;
  const facts = [ago(action.created_at), action.images > 1 ? images(action.images) : "", STATES[state]];
  return (
    <li className={styles.row} data-state={state}>
      <div>
        <strong>{title}</strong>
        <span className={styles.note}>
          {actor === "policy" && (
            <span className={styles.policy}>
              <IconRobot size={14} aria-hidden /> by the policy
            </span>
          )}
          {facts.filter(Boolean).join(" · ")}
        </span>
      </div>
      {state === "done" && (
        <Button
          variant="default"
          size="xs"
          aria-label={`Undo: ${title}`}
          leftSection={<IconArrowBackUp size={15} aria-hidden />}
          onClick={() => void undo(id)}
        >
          Undo
        </Button>
      )}
    </li>
  );
}

/** Actions under the day on which they were done, here. */
function byDay(actions: Action[]): [string, Action[]][] {
  const days = new Map<string, Action[]>();
  for (const action of actions) {
    const date = new Date(action.created_at);
    const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
    const day = parts.map((part) => String(part).padStart(2, "0")).join("-");
    days.set(day, [...(days.get(day) ?? []), action]);
  }
  return [...days];
}
