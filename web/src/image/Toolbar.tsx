import { ActionIcon, Tooltip } from "@mantine/core";
import {
  IconArrowLeft,
  IconBuildingStore,
  IconChevronLeft,
  IconChevronRight,
  IconCrop,
  IconDownload,
  IconInfoCircle,
  IconMaximize,
  IconPhotoSearch,
  IconZoomIn,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { originalUrl } from "~/api/client";
import type { ImageFacts } from "~/api/types";
import { fullTime } from "~/lib/format";
import { CopyMenu } from "~/ui/CopyMenu";
import styles from "./ImagePage.module.css";

interface ToolbarProps {
  facts: ImageFacts | undefined;
  name: string | undefined;
  panel: boolean;
  onPanel: () => void;
  onBack: () => void;
  onZoom: () => void;
  onFullScreen: () => void;
  onAlike: () => void;
  onRegion: () => void;
  /** Left out where there are no listings. */
  onListings: (() => void) | undefined;
  /** Where the way back leads, in a word. */
  backTo: string;
}

export function Toolbar(props: ToolbarProps) {
  const { facts, name, panel, onPanel, onBack, onZoom, onFullScreen } = props;
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Image">
      <Tool label={`Back to the ${props.backTo} (Esc)`} onClick={onBack}>
        <IconArrowLeft size={22} stroke={1.7} />
      </Tool>
      <div className={styles.caption}>
        <strong>{name}</strong>
        {facts && <span>{facts.taken_at ? fullTime(facts.taken_at) : "Without a date"}</span>}
      </div>
      {facts?.kind !== "video" && (
        <Tool label="Zoom (Z)" wide onClick={onZoom}>
          <IconZoomIn size={21} stroke={1.7} />
        </Tool>
      )}
      <Tool label="Images that look like this (S)" onClick={() => props.onAlike()}>
        <IconPhotoSearch size={21} stroke={1.7} />
      </Tool>
      {facts?.proxy && (
        <Tool label="Search a region (Shift+S)" wide onClick={props.onRegion}>
          <IconCrop size={20} stroke={1.7} />
        </Tool>
      )}
      {props.onListings && (
        <Tool label="Listings that look like this (Shift+L)" wide onClick={props.onListings}>
          <IconBuildingStore size={20} stroke={1.7} />
        </Tool>
      )}
      <Tool label="Full screen (F)" wide onClick={onFullScreen}>
        <IconMaximize size={20} stroke={1.7} />
      </Tool>
      {facts && (
        <Tooltip label="Download the original">
          <ActionIcon
            component="a"
            href={originalUrl(facts.id)}
            download
            variant="subtle"
            color="gray"
            size="lg"
            className={styles.tool}
            aria-label="Download the original"
          >
            <IconDownload size={20} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      )}
      <CopyMenu />
      <Tool label="Facts (I)" pressed={panel} onClick={onPanel}>
        <IconInfoCircle size={21} stroke={1.7} />
      </Tool>
    </div>
  );
}

interface ToolProps {
  label: string;
  pressed?: boolean;
  /** Left out where there is little room: fingers do the same. */
  wide?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ label, pressed, wide, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        className={styles.tool}
        aria-label={label.replace(/ \(.*/, "")}
        aria-pressed={pressed}
        data-wide={wide}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

export function NeighbourButtons({
  facts,
  onGo,
}: {
  facts: ImageFacts | undefined;
  onGo: (step: 1 | -1) => void;
}) {
  return (
    <>
      {facts?.previous && (
        <button
          type="button"
          className={styles.side}
          data-side="left"
          aria-label="Previous image"
          onClick={() => onGo(-1)}
        >
          <IconChevronLeft size={26} stroke={1.7} aria-hidden />
        </button>
      )}
      {facts?.next && (
        <button
          type="button"
          className={styles.side}
          data-side="right"
          aria-label="Next image"
          onClick={() => onGo(1)}
        >
          <IconChevronRight size={26} stroke={1.7} aria-hidden />
        </button>
      )}
    </>
  );
}
