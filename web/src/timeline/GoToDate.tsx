import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { plainDay } from "~/lib/format";
import { readDate } from "~/lib/dates";
import type { Timeline } from "./engine";
import styles from "./FilterMenu.module.css";

/** Asks for a date as people write it: a year, a month, a day. */
export function GoToDate({
  timeline,
  onClose,
  onGo,
}: {
  timeline: Timeline;
  onClose: () => void;
  onGo: (date: string) => void;
}) {
  const [text, setText] = useState("");
  const date = readDate(text);
  const dated = timeline.geometry.buckets.filter(({ undated }) => !undated);
  const range =
    dated.length > 0
      ? `From ${plainDay(dated.at(-1)!.start)} to ${plainDay(dated[0]!.end)}`
      : "No image has a date";
  return (
    <Modal opened onClose={onClose} title="Go to a date" size={420}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!date) return;
          onGo(date);
          onClose();
        }}
      >
        <TextInput
          label="Date"
          description={range}
          placeholder="2019, July 2019, 14 July 2019 or 2019-07-14"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={text.trim().length > 3 && !date ? "Not a date that I can read" : undefined}
          data-autofocus
          autoComplete="off"
          size="md"
        />
        <Button type="submit" disabled={!date}>
          Go
        </Button>
      </form>
    </Modal>
  );
}
