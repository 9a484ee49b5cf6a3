import { Button } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { searching } from "~/api/search";
import type { SearchAnswer } from "~/api/types";
import { images } from "~/lib/format";
import { Notice } from "~/ui/States";
import { cut, sayPiece } from "./Understood";
import { hasPicture, type SearchView } from "./view";
import styles from "./Answer.module.css";

interface NothingProps {
  view: SearchView;
  answer: SearchAnswer;
  onChange: (change: Partial<SearchView>) => void;
}

const TRIED = 5;
/** So many are counted, if the server hasn’t. */
const COUNTED = 60;

/** Nothing was found: where was looked, what may have been meant, and which piece of the query is in the way. */
export function Nothing({ view, answer, onChange }: NothingProps) {
  const { query, ways } = answer;
  const q = view.q ?? "";
  const looks = hasPicture(view);
  const closed = ways.find(({ kind, state }) => kind === "picture" && state === "unavailable");
  const said = ways.filter(({ state }) => state === "nothing").map(({ detail }) => detail);
  return (
    <Notice
      title={titleOf(view, closed !== undefined)}
      text={said.join(" ") || undefined}
      action={
        <div className={styles.loosen}>
          {query.spelling && (
            <Button onClick={() => onChange({ q: query.spelling ?? "" })}>
              Did you mean “{query.spelling}”?
            </Button>
          )}
          {!looks && query.text === q && query.understood.length > 1 && (
            <Loosen view={view} answer={answer} onQuery={(next) => onChange({ q: next })} />
          )}
          {looks && q !== "" && (
            <Button variant="default" onClick={() => onChange({ q: undefined })}>
              Without any words
            </Button>
          )}
          {looks && view.region && (
            <Button variant="default" onClick={() => onChange({ region: undefined })}>
              By the whole picture
            </Button>
          )}
          {view.catalog && (
            <Button variant="default" onClick={() => onChange({ catalog: undefined })}>
              In all catalogs
            </Button>
          )}
        </div>
      }
    />
  );
}

function titleOf(view: SearchView, closed: boolean): string {
  if (!hasPicture(view)) return `Nothing matches “${view.q?.trim()}”`;
  if (closed) return "This picture can’t be searched for yet";
  return view.region ? "Nothing looks like this region" : "Nothing looks like this picture";
}

interface LoosenProps {
  view: SearchView;
  answer: SearchAnswer;
  onQuery: (q: string) => void;
}

/** The query without one of its pieces, with what each would bring. */
function Loosen({ view, answer: { query }, onQuery }: LoosenProps) {
  const pieces = query.understood.filter(({ negated }) => !negated).slice(0, TRIED);
  const tried = useQueries({
    queries: pieces.map((piece) => {
      const q = cut(query.text, piece);
      return {
        queryKey: ["search-without", q, view.catalog],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          searching.find({ q, catalog: view.catalog, limit: COUNTED }, undefined, signal),
        staleTime: 60_000,
        retry: false,
      };
    }),
  });
  return pieces.map((piece, i) => {
    const found = tried[i]?.data;
    if (!found || found.items.length === 0) return null;
    return (
      <Button key={piece.start} variant="default" onClick={() => onQuery(cut(query.text, piece))}>
        Without {sayPiece(piece)}:{" "}
        {found.total === null ? `more than ${images(found.items.length)}` : images(found.total)}
      </Button>
    );
  });
}
