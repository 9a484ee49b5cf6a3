import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconSearch } from "@tabler/icons-react";
import { models } from "~/api/models";
import { ago } from "~/lib/format";
import { Notice } from "~/ui/States";
import { useLook } from "./useLook";
import type { useSubjects } from "./useSubjects";

interface NoneProps {
  it: ReturnType<typeof useSubjects>;
  catalog: string;
}

/** No group to show: not looked yet, or nothing found, and why. */
export function NoSubjects({ it: { run }, catalog }: NoneProps) {
  const look = useLook(catalog);
  const { data } = useQuery({ queryKey: ["models"], queryFn: models.list });
  const again = (
    <Button
      variant={run ? "default" : "filled"}
      leftSection={<IconSearch size={18} aria-hidden />}
      loading={look.busy}
      onClick={look.start}
    >
      {run ? "Look again" : "Look for images of one subject"}
    </Button>
  );
  if (look.running)
    return <Notice title="Looking for images of one subject" text="Groups appear here, all at once." />;
  if (data?.items.every(({ embedded }) => embedded === 0))
    return (
      <Notice
        title="No model has looked at the images yet"
        text="What is one subject is told from what a model sees in the images. Choose one; it looks at all of them by itself."
        action={
          <Button renderRoot={(props) => <Link to="/settings" hash="models" {...props} />}>
            Choose a model
          </Button>
        }
      />
    );
  if (!run)
    return (
      <Notice
        title="Nobody has looked yet"
        text="The same dog, the same tower, the same room: Lumina compares what a model has seen in the images. These are no copies, and nothing is changed."
        action={again}
      />
    );
  if (run.counts.level === null)
    return (
      <Notice
        title="Too few images to tell"
        text="With fewer than 50 images that a model has looked at, nothing can be said about what they have in common by chance."
        action={again}
      />
    );
  return (
    <Notice
      title="No two images show one subject"
      text={`Looked ${ago(run.published_at)} at what a model has seen in them. Of copies and of the frames of one burst, one image stands for all.`}
      action={again}
    />
  );
}
