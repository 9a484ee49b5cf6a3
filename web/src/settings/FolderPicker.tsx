import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowUp, IconFolder } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "~/api/client";
import type { Catalog } from "~/api/types";
import { ProblemNote } from "~/ui/States";
import styles from "./FolderPicker.module.css";

interface PickerProps {
  catalogs: Catalog[];
  /** Catalog that gets the folder; the first one, or a new one, where it isn't given. */
  catalog?: string;
  onClose: () => void;
}

/** Picks a folder of the machine that Lumina runs on, and starts to read it. */
export function FolderPicker({ catalogs, catalog, onClose }: PickerProps) {
  const [path, setPath] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const client = useQueryClient();
  const listing = useQuery({ queryKey: ["folders", path], queryFn: () => api.folders(path) });
  const chosen = (typed ?? listing.data?.path ?? "").trim();
  const add = useMutation({
    mutationFn: async () => {
      const target = catalog ?? catalogs[0]?.id ?? (await api.addCatalog("Photos")).id;
      return api.addSource(target, chosen);
    },
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  const enter = (next: string) => {
    setTyped(null);
    setPath(next);
  };
  return (
    <Modal opened onClose={onClose} title="Add a folder" size={620}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen) add.mutate();
        }}
      >
        <TextInput
          label="Folder on the machine that runs Lumina"
          value={typed ?? listing.data?.path ?? ""}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
        />
        {listing.error && (
          <ProblemNote
            error={listing.error}
            doing="list the folders"
            onRetry={() => void listing.refetch()}
          />
        )}
        {listing.data && (
          <ul className={styles.folders} aria-label="Folders">
            {listing.data.parent !== null && (
              <li>
                <button type="button" onClick={() => enter(listing.data.parent ?? "")}>
                  <IconArrowUp size={18} aria-hidden /> One level up
                </button>
              </li>
            )}
            {listing.data.folders.map((folder) => (
              <li key={folder.path}>
                <button type="button" onClick={() => enter(folder.path)}>
                  <IconFolder size={18} aria-hidden />
                  <span>{folder.name}</span>
                </button>
              </li>
            ))}
            {listing.data.folders.length === 0 && <li className={styles.none}>No folders in here</li>}
          </ul>
        )}
        {add.error && <ProblemNote error={add.error} doing="add the folder" />}
        <p className={styles.note}>
          Everything below this folder is read. Your files are never changed, moved or removed.
        </p>
        <Button type="submit" disabled={!chosen} loading={add.isPending}>
          Add this folder
        </Button>
      </form>
    </Modal>
  );
}
