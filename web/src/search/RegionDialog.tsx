import { Button, Modal } from "@mantine/core";
import { IconPhotoSearch } from "@tabler/icons-react";
import { useState } from "react";
import { RegionPicker } from "./RegionPicker";
import { MIDDLE, type Region, sayRegion } from "./region";
import styles from "./Region.module.css";

interface DialogProps {
  /** Address of the picture. */
  picture: string;
  region: Region | null;
  onSearch: (region: Region) => void;
  onClose: () => void;
}

/** Draws a box on a picture, to search for what is in it. */
export default function RegionDialog({ picture, region, onSearch, onClose }: DialogProps) {
  const [drawn, setDrawn] = useState(region ?? MIDDLE);
  return (
    <Modal opened onClose={onClose} title="Search a region" size="auto" padding="md" centered>
      <div className={styles.dialog}>
        <RegionPicker picture={picture} region={drawn} onChange={setDrawn} onDone={() => onSearch(drawn)} />
        <p className={styles.hint}>
          Draw a box around what you look for. By key: arrows move it, Shift and arrows resize it, Enter
          searches.
        </p>
        <p className="visually-hidden" role="status">
          {sayRegion(drawn)}
        </p>
        <div className={styles.acts}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button leftSection={<IconPhotoSearch size={18} aria-hidden />} onClick={() => onSearch(drawn)}>
            Search this region
          </Button>
        </div>
      </div>
    </Modal>
  );
}
