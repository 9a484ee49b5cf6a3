import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Notice } from "~/ui/States";

/** There is nothing yet that could be looked through. */
export function NoCatalog() {
  return (
    <main id="main" className="page">
      <Notice
        title="No images yet"
        text="Lumina knows no folder with photos so far."
        action={<Button renderRoot={(props) => <Link to="/" {...props} />}>Add a folder</Button>}
      />
    </main>
  );
}
