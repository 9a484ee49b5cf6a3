import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ModelState } from "~/api/types";
import { Notice } from "~/ui/States";
import type { ListingsState } from "./useListingsPage";
import { byPicture, isNarrowed, type ListingsView, UNFILTERED } from "./view";
import { sayVoice } from "./words";
import styles from "./Listings.module.css";

/** Nothing was found: which models were asked, and what could be left out. */
export function Nothing({ it }: { it: ListingsState }) {
  const { view, found, browsing } = it;
  const models = found.answer?.models ?? [];
  const mute = models.length > 0 && models.every(({ used }) => !used);
  return (
    <Notice
      title={mute ? "No model can answer yet" : titleOf(view, browsing)}
      text={browsing ? "Without the filters there are others." : found.answer?.note}
      action={
        <>
          {mute && <Lacks models={models} />}
          <Loosen it={it} />
        </>
      }
    />
  );
}

function titleOf(view: ListingsView, browsing: boolean): string {
  if (browsing) return "No listing meets these filters";
  if (byPicture(view)) return `Nothing looks like this ${view.region ? "region" : "picture"}`;
  return `Nothing matches “${view.q?.trim()}”`;
}

/** What each model waits for. */
function Lacks({ models }: { models: readonly ModelState[] }) {
  return (
    <ul className={styles.lacks}>
      {models.map((one) => (
        <li key={`${one.name} ${one.kind}`}>
          <strong>{sayVoice(one, one.title)}</strong>
          <span>{one.detail}</span>
        </li>
      ))}
      <li>
        <Link to="/settings" hash="models">
          Models in the settings
        </Link>
      </li>
    </ul>
  );
}

/** What was asked, less one of its parts. */
function Loosen({ it: { view, go } }: { it: ListingsState }) {
  const ways: [boolean, string, Partial<ListingsView>][] = [
    [isNarrowed(view), "Without filters", UNFILTERED],
    [view.region !== undefined, "By the whole picture", { region: undefined }],
    [view.models !== undefined, "By all models", { models: undefined }],
    [view.q !== undefined && byPicture(view), "Without any words", { q: undefined }],
    [view.catalog !== undefined, "In all catalogs", { catalog: undefined }],
  ];
  return ways
    .filter(([there]) => there)
    .map(([, words, change], i) => (
      <Button
        key={words}
        variant={i === 0 ? "filled" : "default"}
        onClick={() => go({ ...change, open: undefined })}
      >
        {words}
      </Button>
    ));
}
