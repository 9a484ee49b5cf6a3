import { ActionIcon, Button, Popover, TextInput, Tooltip } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconAlbum, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { curation } from "~/api/curation";
import { asProblem } from "~/api/problem";
import type { Album } from "~/api/types";
import { undoButton } from "~/curation/undo";
import { count, images as sayImages } from "~/lib/format";
import { say } from "~/ui/messages";
import styles from "./Albums.module.css";

export function useAlbums(catalog?: string) {
  return useQuery({ queryKey: ["albums", catalog ?? ""], queryFn: () => curation.albums(catalog) });
}

interface MenuProps {
  /** Images to put in. */
  images: number[];
  catalog: string | undefined;
}

/** Puts images into an album, or into a new one. */
export function AlbumMenu({ images, catalog }: MenuProps) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const { data = [] } = useAlbums(catalog);
  const put = async (album: Promise<Pick<Album, "id" | "name">>) => {
    setOpen(false);
    try {
      const { id, name } = await album;
      const { action } = await curation.fillAlbum(id, { add: images });
      const text = action
        ? `Put ${sayImages(action.images)} into “${name}”`
        : `All of them were in “${name}” before`;
      say({ text, act: action ? undoButton(action.id) : undefined });
    } catch (error) {
      say({ text: "Couldn’t put them into the album", note: asProblem(error).message, tone: "bad" });
    }
    void client.invalidateQueries({ queryKey: ["albums"] });
  };
  return (
    <Popover opened={open} onChange={setOpen} position="top" width={270} trapFocus withRoles={false}>
      <Popover.Target>
        <Tooltip label="Put into an album" disabled={open}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            className={styles.opener}
            aria-label="Put into an album"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <IconAlbum size={19} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label="Put into an album">
        {data.length > 0 && (
          <ul className={styles.choices}>
            {data.map((album) => (
              <li key={album.id}>
                <button type="button" onClick={() => void put(Promise.resolve(album))}>
                  <span>{album.name}</span>
                  <span className={styles.held}>{count(album.images)}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {catalog && <NewAlbum onMake={(name) => void put(curation.addAlbum(catalog, name))} />}
      </Popover.Dropdown>
    </Popover>
  );
}

/** A name for an album that isn't there yet. */
export function NewAlbum({ onMake }: { onMake: (name: string) => void }) {
  const [name, setName] = useState("");
  return (
    <form
      className={styles.fresh}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) onMake(name.trim());
        setName("");
      }}
    >
      <TextInput
        aria-label="Name of a new album"
        placeholder="New album"
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" px={10} aria-label="Make the album" disabled={!name.trim()}>
        <IconPlus size={17} aria-hidden />
      </Button>
    </form>
  );
}
