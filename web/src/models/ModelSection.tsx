import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type ModelInfo, models } from "~/api/models";
import { ProblemNote } from "~/ui/States";
import { useCatalogs } from "~/timeline/CatalogPicker";
import { ModelRow } from "./ModelRow";
import styles from "./Models.module.css";

const WATCH_MS = 1000;

/** The networks that pictures can be looked at with: which are there, and getting them. */
export function ModelSection() {
  const { data, error, refetch } = useQuery({
    queryKey: ["models"],
    queryFn: models.list,
    refetchInterval: ({ state }) =>
      state.data?.items.some((model) => model.state === "pulling") ? WATCH_MS : false,
  });
  useSearchesKnow(data?.items);
  const { data: catalogs } = useCatalogs();
  const images = catalogs?.reduce((sum, catalog) => sum + catalog.images, 0) ?? 0;
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (data && location.hash === "#models") section.current?.scrollIntoView();
    // Only as the list comes up.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [data === undefined]);
  return (
    <section id="models" ref={section} className={styles.section} aria-label="Models">
      <div className={styles.head}>
        <h2>Models</h2>
        <p>
          Networks that look at pictures: for searching by what is in them, for tags and look-alikes. They run
          on this machine alone, and nothing is downloaded unless you ask for it.
        </p>
      </div>
      {error && <ProblemNote error={error} doing="read the models" onRetry={() => void refetch()} />}
      {!data && !error && <Sketch />}
      <ul className={styles.models}>
        {data?.items.map((model) => (
          <ModelRow key={model.name} model={model} images={images} />
        ))}
      </ul>
    </section>
  );
}

/** Models that are on their way. */
function Sketch() {
  return (
    <div className={styles.sketch} role="status" aria-label="Loading the models">
      {[58, 46, 64, 52].map((width) => (
        <span key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

/** Searches are asked anew where a model has come or gone. */
function useSearchesKnow(all: ModelInfo[] | undefined): void {
  const client = useQueryClient();
  const installed = all?.flatMap(({ name, state }) => (state === "installed" ? [name] : [])).join();
  const known = useRef(installed);
  useEffect(() => {
    if (known.current !== undefined && known.current !== installed)
      void client.invalidateQueries({ queryKey: ["search"] });
    known.current = installed;
  }, [client, installed]);
}
