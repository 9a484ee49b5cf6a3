import { ActionIcon, Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconArrowLeft, IconArrowsDiff, IconPhotoSearch } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { SubjectGroup } from "~/api/types";
import { share } from "~/duplicates/words";
import { fullTime, images } from "~/lib/format";
import { ImageLink } from "~/ui/ImageLink";
import { Thumb } from "~/ui/Thumb";
import type { useSubjects } from "./useSubjects";
import panes from "~/ui/Panes.module.css";
import frame from "~/duplicates/Duplicates.module.css";
import styles from "./Subjects.module.css";

interface DetailProps {
  group: SubjectGroup;
  it: ReturnType<typeof useSubjects>;
}

/** One group: the image that the others are near to, then these, the nearest first. */
export function SubjectDetail({ group, it }: DetailProps) {
  const { members } = group;
  const first = members[0]!.image;
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[data-current]")?.scrollIntoView({ block: "nearest" });
  }, [it.at]);
  return (
    <section className={`${panes.detail} ${frame.detail}`} aria-label={`Images like ${first.name}`}>
      <header className={frame.head}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={panes.back}
          aria-label="Back to the list"
          onClick={() => it.change({ group: undefined })}
        >
          <IconArrowLeft size={22} stroke={1.7} />
        </ActionIcon>
        <div>
          <h2>{images(members.length)} of one subject</h2>
          <p className={frame.quiet}>Like {first.name}, the most alike first.</p>
        </div>
      </header>
      <ol ref={list} className={styles.members} aria-label="Images of one subject">
        {members.map(({ image, similarity }, i) => (
          <li key={image.id} className={styles.member} data-current={i === it.at || undefined}>
            <ImageLink id={image.id} from="duplicates" className={styles.picture} aria-label={image.name}>
              <Thumb card={image} large />
            </ImageLink>
            <p className={styles.about}>
              <strong>{i === 0 ? "The first" : `${share(similarity)} alike`}</strong>
              <span>{image.name}</span>
              <span>{image.taken_at ? fullTime(image.taken_at) : "Without a date"}</span>
            </p>
            {i > 0 && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconArrowsDiff size={15} aria-hidden />}
                aria-label={`Compare ${image.name} with the first`}
                onClick={() => it.compare(true, image.id)}
              >
                Compare
              </Button>
            )}
          </li>
        ))}
      </ol>
      <footer className={frame.foot}>
        <Button
          variant="default"
          leftSection={<IconArrowsDiff size={18} aria-hidden />}
          onClick={() => it.compare(true)}
        >
          Compare <kbd className={frame.cap}>C</kbd>
        </Button>
        <Button
          variant="default"
          leftSection={<IconPhotoSearch size={18} aria-hidden />}
          renderRoot={(props) => <Link to="/search" search={{ image: String(first.id) }} {...props} />}
        >
          More that look like it
        </Button>
      </footer>
    </section>
  );
}
