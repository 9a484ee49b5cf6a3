import { ActionIcon, Button, Menu, Modal, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import {
  IconArchive,
  IconDots,
  IconFlag,
  IconHeart,
  IconPencil,
  IconPlus,
  IconStar,
  IconStack3,
  IconTrash,
  IconX,
} from "@tabler/icons-react";
import { useState } from "react";
import { announce } from "~/api/events";
import { curation } from "~/api/curation";
import type { Action, Album } from "~/api/types";
import { undoButton } from "~/curation/undo";
import { complain } from "~/duplicates/act";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import type { Filters } from "~/lib/filters";
import { images, monthYear } from "~/lib/format";
import { useTitle } from "~/lib/title";
import { useCatalogs } from "~/timeline/CatalogPicker";
import { say } from "~/ui/messages";
import { PageHeader } from "~/ui/PageHeader";
import { PageSkeleton, ProblemNote } from "~/ui/States";
import { Thumb } from "~/ui/Thumb";
import { useAlbums } from "./AlbumMenu";
import styles from "./Albums.module.css";

const SHELVES: { label: string; search: Filters; Icon: typeof IconHeart }[] = [
  { label: "Favourites", search: { favourite: "true" }, Icon: IconHeart },
  { label: "Four stars and more", search: { rating: "4" }, Icon: IconStar },
  { label: "Picked", search: { flag: ["pick"] }, Icon: IconFlag },
  { label: "Rejected", search: { flag: ["reject"] }, Icon: IconX },
  { label: "Archive", search: { shelf: "archive" }, Icon: IconArchive },
  { label: "Hidden copies", search: { shelf: "hidden" }, Icon: IconStack3 },
  { label: "Trash", search: { shelf: "trash" }, Icon: IconTrash },
];

/** Collections that people made, and those that follow from what was decided. */
export function AlbumsPage() {
  const { data: albums, error, refetch } = useAlbums();
  const [naming, setNaming] = useState<Album | "new" | null>(null);
  useTitle("Albums");
  usePageCommand("lumina albums", "/api/albums");
  useActions("Albums", [{ label: "New album", keys: ["N"], run: () => setNaming("new") }]);
  if (!albums && !error) return <PageSkeleton />;
  return (
    <main id="main" className="page">
      <PageHeader title="Albums">
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setNaming("new")}>
          New album
        </Button>
      </PageHeader>
      {error && <ProblemNote error={error} doing="read the albums" onRetry={() => void refetch()} />}
      <nav className={styles.shelves} aria-label="Collections">
        {SHELVES.map(({ label, search, Icon }) => (
          <Link key={label} to="/" search={search} className={styles.shelf}>
            <Icon size={19} stroke={1.6} aria-hidden />
            {label}
          </Link>
        ))}
      </nav>
      {albums && albums.length > 0 && (
        <ul className={styles.albums} aria-label="Albums">
          {albums.map((album) => (
            <AlbumTile key={album.id} album={album} onRename={() => setNaming(album)} />
          ))}
        </ul>
      )}
      {albums?.length === 0 && (
        <p className={styles.none}>
          No album yet. Choose images on the timeline and put them into one, or make an empty one here.
        </p>
      )}
      {naming !== null && <Naming album={naming === "new" ? null : naming} onClose={() => setNaming(null)} />}
    </main>
  );
}

function AlbumTile({ album, onRename }: { album: Album; onRename: () => void }) {
  const { id, name, cover, start, end } = album;
  const remove = () =>
    void told(curation.removeAlbum(id), `remove the album “${name}”`, `Removed the album “${name}”`);
  const span = [start, end].filter((day) => day !== null).map((day) => monthYear(day));
  return (
    <li className={styles.album}>
      <Link
        to="/"
        search={{ album: String(id) }}
        className={styles.cover}
        aria-label={`${name}, ${images(album.images)}`}
      >
        {cover ? <Thumb card={cover} large /> : <span className={styles.blank} />}
      </Link>
      <div className={styles.foot}>
        <div>
          <strong>{name}</strong>
          <span>
            {images(album.images)}
            {span.length > 0 && `, ${[...new Set(span)].join(" to ")}`}
          </span>
        </div>
        <Menu position="bottom-end" width={180} withinPortal={false} withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              className={styles.opener}
              aria-label={`What to do with ${name}`}
            >
              <IconDots size={19} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item data-autofocus leftSection={<IconPencil size={17} aria-hidden />} onClick={onRename}>
              Rename
            </Menu.Item>
            <Menu.Item leftSection={<IconTrash size={17} aria-hidden />} onClick={remove}>
              Remove the album
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </li>
  );
}

/** A name for a new album, or another one. */
function Naming({ album, onClose }: { album: Album | null; onClose: () => void }) {
  const { data: catalogs = [] } = useCatalogs();
  const [name, setName] = useState(album?.name ?? "");
  const [catalog, setCatalog] = useState("");
  const into = catalog || catalogs[0]?.id;
  const save = async () => {
    const wanted = name.trim();
    if (!wanted || (!album && !into)) return;
    const doing = album ? curation.renameAlbum(album.id, wanted) : curation.addAlbum(into!, wanted);
    const done = await told(doing, album ? "rename the album" : "make the album");
    if (done) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={album ? "Rename the album" : "New album"} size={440}>
      <form
        className={styles.naming}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextInput
          label="Name"
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {!album && catalogs.length > 1 && (
          <label className={styles.field}>
            Catalog
            <select value={into} onChange={(event) => setCatalog(event.currentTarget.value)}>
              {catalogs.map(({ id, name: words }) => (
                <option key={id} value={id}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        )}
        <Button type="submit" disabled={!name.trim()}>
          {album ? "Rename" : "Make the album"}
        </Button>
      </form>
    </Modal>
  );
}

/** Waits for the server and says what it did, or why not. */
async function told(
  asked: Promise<{ action: Action | null }>,
  doing: string,
  text?: string,
): Promise<boolean> {
  try {
    const { action } = await asked;
    if (action) say({ text: text ?? action.title, act: undoButton(action.id) });
    announce();
    return true;
  } catch (error) {
    complain(doing, error);
    return false;
  }
}
