import { Button } from "@mantine/core";
import { IconBuildingStore, IconCheck, IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Market, Markets } from "~/api/types";
import { useJobs } from "~/jobs/running";
import { Notice, ProblemNote } from "~/ui/States";
import { FollowForm } from "./FollowForm";
import { Sketch } from "./Sketch";
import { sayFollow, sayKind, standingOf } from "./standing";
import { useMarkets, useSync } from "./useMarkets";
import styles from "./Begin.module.css";

const ETSY = "etsy";

/** There is no listing: how to begin or, where something is followed, what it waits for. */
export function NoListings() {
  const { data, error, refetch } = useMarkets();
  if (!data && error)
    return (
      <div className={styles.problem}>
        <ProblemNote error={error} doing="read the marketplaces" onRetry={() => void refetch()} />
      </div>
    );
  if (!data) return <Sketch />;
  const followed = data.items.filter(({ follows }) => follows.length > 0);
  return followed.length > 0 ? <Waiting markets={followed} all={data} /> : <Begin all={data} />;
}

/** Nothing is followed: a marketplace to try, and what a real one needs. */
function Begin({ all: { items, permitted, keyed } }: { all: Markets }) {
  const ready = permitted && keyed;
  return (
    <Notice
      title={items.length > 0 ? "Nothing is followed yet" : "No marketplace yet"}
      picture={<IconBuildingStore size={52} stroke={1.2} className={styles.shop} aria-hidden />}
      text="Lumina follows shops, words and kinds of products, fetches their pictures, and finds listings that look like a picture of yours."
      action={
        <div className={styles.ways}>
          <section className={styles.way} aria-labelledby="try">
            <h2 id="try">To try it</h2>
            <p>A small marketplace on the machine that Lumina is on, without a key and without a network:</p>
            <code>lumina market demo</code>
          </section>
          <section className={styles.way} aria-labelledby="real">
            <h2 id="real">With Etsy</h2>
            <ol className={styles.steps}>
              <Step done={permitted} title="Your permission">
                In your own words, in lumina.toml: <code>market_permission = "…"</code>
              </Step>
              <Step done={keyed} title="Your key">
                In a file .env: <code>ETSY_API_KEY=keystring:shared_secret</code>
              </Step>
              <Step done={false} title="What to follow">
                {ready ? (
                  <FollowForm market={ETSY} />
                ) : (
                  <code>lumina market follow --keywords "stoneware mug"</code>
                )}
              </Step>
            </ol>
            {!ready && <p className={styles.quiet}>Both are read when Lumina starts.</p>}
          </section>
        </div>
      }
    />
  );
}

function Step({ done, title, children }: { done: boolean; title: string; children: ReactNode }) {
  return (
    <li data-done={done || undefined}>
      <strong>
        {title}
        {done && (
          <span className={styles.done}>
            <IconCheck size={15} stroke={2.2} aria-hidden /> there
          </span>
        )}
      </strong>
      {!done && <div>{children}</div>}
    </li>
  );
}

/** Something is followed, and no listing is there: why, and what comes next. */
function Waiting({ markets, all }: { markets: Market[]; all: Markets }) {
  const { data } = useJobs();
  const sync = useSync();
  const standings = markets.map((market) => ({
    market,
    ...standingOf(
      market,
      data?.items.find(({ id }) => id === market.job),
    ),
  }));
  const first = standings.find(({ market }) => market.job) ?? standings[0]!;
  const { market, title, text, ask } = first;
  return (
    <Notice
      title={title}
      text={<Told text={text} />}
      action={
        <div className={styles.waiting}>
          {ask && (
            <Button
              leftSection={<IconRefresh size={17} aria-hidden />}
              loading={sync.isPending}
              onClick={() => sync.mutate(market.name)}
            >
              Sync now
            </Button>
          )}
          <ul className={styles.follows} aria-label="What is followed">
            {markets.flatMap(({ title: of, follows }) =>
              follows.map((follow) => (
                <li key={follow.id}>
                  <strong>{follow.title || follow.value}</strong>
                  <span>
                    {sayKind(follow)}
                    {markets.length > 1 && ` · ${of}`}
                  </span>
                  <span>{sayFollow(follow, text)}</span>
                </li>
              )),
            )}
          </ul>
          {market.name === ETSY && all.permitted && all.keyed && <FollowForm market={ETSY} />}
        </div>
      }
    />
  );
}

/** A sentence in which `commands` are set as such. */
function Told({ text }: { text: string }) {
  return text.split("`").map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part));
}
