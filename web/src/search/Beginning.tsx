import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconFolderPlus, IconPhotoSearch } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { searching } from "~/api/search";
import type { TaxonomyNode } from "~/api/types";
import { count } from "~/lib/format";
import { useCatalogs } from "~/timeline/CatalogPicker";
import { Thumb } from "~/ui/Thumb";
import { useFacets } from "./DateFilter";
import { written } from "./pieces";
import type { SearchView } from "./view";
import styles from "./Beginning.module.css";

const SHOWN = { tags: 12, places: 10, cameras: 8, years: 14 };
const GRAMMAR = [
  ['"red truck"', "the words just so"],
  ["truck -fire", "without a word"],
  ["cat OR dog", "either"],
  ["rating:>=4", "four stars or more"],
  ["near:lisbon,5km", "around a place"],
  ["date:2019-07", "a month"],
] as const;

/** Nothing is asked yet: what there is to be found in this catalog. */
export function Beginning({ view }: { view: SearchView }) {
  const { catalog } = view;
  const facets = useFacets(catalog).data;
  const none = useCatalogs().data?.every(({ images }) => images === 0);
  const tags = useQuery({ queryKey: ["taxonomy", "top"], queryFn: searching.tags, staleTime: 60_000 }).data;
  const places = useQuery({
    queryKey: ["suggest", "place:", catalog],
    queryFn: ({ signal }) => searching.suggest("place:", catalog, signal),
    staleTime: 60_000,
  }).data;
  const shown = tags?.items
    .filter(({ images }) => images > 0)
    .sort((a, b) => b.images - a.images)
    .slice(0, SHOWN.tags);
  return (
    <div className={styles.page}>
      <h2 className={styles.title}>What are you looking for?</h2>
      <p className={styles.lead}>
        <IconPhotoSearch size={19} stroke={1.6} aria-hidden />
        <span>Words, filters, or a picture: drop one here, paste it, or choose it in the box.</span>
      </p>
      {none && (
        <p className={styles.lead}>
          <IconFolderPlus size={19} stroke={1.6} aria-hidden />
          <span>
            There are no images yet: <Link to="/">add a folder</Link>.
          </span>
        </p>
      )}
      {shown && shown.length > 0 && (
        <section aria-label="Tags">
          <h3>In the pictures</h3>
          <ul className={styles.tags}>
            {shown.map((tag) => (
              <TagCard key={tag.id} tag={tag} catalog={catalog} />
            ))}
          </ul>
        </section>
      )}
      <Examples title="Places">
        {places?.items.slice(0, SHOWN.places).map(({ text }) => (
          <Example key={text} q={text} catalog={catalog} words={text.slice(6).replaceAll('"', "")} />
        ))}
      </Examples>
      <Examples title="Cameras">
        {facets?.cameras.slice(0, SHOWN.cameras).map(({ value, count: held }) => (
          <Example key={value} q={written("camera", value)} catalog={catalog} words={value} held={held} />
        ))}
      </Examples>
      <Examples title="Years">
        {facets?.years.slice(0, SHOWN.years).map(({ value, count: held }) => (
          <Example key={value} q={`date:${value}`} catalog={catalog} words={value} held={held} />
        ))}
      </Examples>
      <section aria-label="How to ask">
        <h3>How to ask</h3>
        <dl className={styles.grammar}>
          {GRAMMAR.map(([example, meaning]) => (
            <div key={example}>
              <dt>
                <code>{example}</code>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}

function TagCard({ tag, catalog }: { tag: TaxonomyNode; catalog: string | undefined }) {
  const [picture] = tag.sample;
  return (
    <li>
      <Link to="/search" search={{ q: written("tag", tag.name), catalog }} className={styles.tag}>
        <span className={styles.thumb}>{picture && <Thumb card={picture} />}</span>
        <span className={styles.tagName}>
          <strong>{tag.name}</strong>
          <span>{count(tag.images)}</span>
        </span>
      </Link>
    </li>
  );
}

function Examples({ title, children }: { title: string; children: ReactNode }) {
  if (!Array.isArray(children) || children.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className={styles.examples}>{children}</ul>
    </section>
  );
}

interface ExampleProps {
  q: string;
  catalog: string | undefined;
  words: string;
  held?: number;
}

function Example({ q, catalog, words, held }: ExampleProps) {
  return (
    <li>
      <Link to="/search" search={{ q, catalog }} className={styles.example}>
        {words}
        {held !== undefined && <span>{count(held)}</span>}
      </Link>
    </li>
  );
}
