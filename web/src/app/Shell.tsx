import { ActionIcon, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import {
  IconActivity,
  IconAlbum,
  IconBinaryTree,
  IconBuildingStore,
  IconCopyCheck,
  IconDots,
  IconGridDots,
  IconHistory,
  IconKeyboard,
  IconMoon,
  IconPhoto,
  IconSearch,
  IconSettings,
  IconStack2,
  IconStethoscope,
  IconSun,
  IconZoomQuestion,
} from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { connection } from "~/api/events";
import { useRunningJobs } from "~/jobs/running";
import { undo } from "~/curation/undo";
import { EVERYWHERE, useActions } from "~/lib/actions";
import { SHELF_WORDS } from "~/lib/filters";
import { useStore } from "~/lib/store";
import { percent } from "~/lib/format";
import { reachBox } from "~/search/focus";
import { Toasts } from "~/ui/Toasts";
import { Keyboard } from "./Keyboard";
import { Mark } from "./Mark";
import styles from "./Shell.module.css";

const Palette = lazy(() => import("./Palette"));
const KeySheet = lazy(() => import("./KeySheet"));

const PLACES = [
  { to: "/", label: "Timeline", Icon: IconPhoto },
  { to: "/search", label: "Search", Icon: IconSearch },
  { to: "/duplicates", label: "Duplicates", Icon: IconCopyCheck },
  { to: "/bursts", label: "Bursts", Icon: IconStack2 },
  { to: "/listings", label: "Listings", Icon: IconBuildingStore },
  { to: "/taxonomy", label: "Taxonomy", Icon: IconBinaryTree },
  { to: "/corrections", label: "Corrections", Icon: IconZoomQuestion },
  { to: "/albums", label: "Albums", Icon: IconAlbum },
  { to: "/history", label: "History", Icon: IconHistory },
  { to: "/jobs", label: "Jobs", Icon: IconActivity },
  { to: "/coverage", label: "Coverage", Icon: IconGridDots },
  { to: "/doctor", label: "Doctor", Icon: IconStethoscope },
  { to: "/settings", label: "Settings", Icon: IconSettings },
] as const;

/** On a narrow screen these stand in the bar; the others under "More". */
const FIRST = 4;
const SHELVES = Object.entries(SHELF_WORDS);

export function Shell() {
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const flip = () => setColorScheme(scheme === "dark" ? "light" : "dark");
  const bare = useRouterState({ select: (state) => state.location.pathname.startsWith("/image/") });
  useActions(EVERYWHERE, [
    { label: "All commands", keys: ["$mod+K"], run: () => setOpen("palette") },
    { label: "Search", keys: ["/"], run: () => void (reachBox() || navigate({ to: "/search", search: {} })) },
    { label: "Keys of this page", keys: ["Shift+?", "?"], run: () => setOpen("keys") },
    ...PLACES.map(({ to, label }) => ({ label: `Go to ${label}`, run: () => void navigate({ to }) })),
    ...SHELVES.map(([shelf, label]) => ({
      label: `Go to ${label}`,
      run: () => void navigate({ to: "/", search: { shelf } }),
    })),
    { label: "Undo the last change", keys: ["$mod+Z"], run: () => void undo() },
    { label: "Switch between dark and light", run: flip },
    { label: "Follow the system’s dark or light", run: () => setColorScheme("auto") },
  ]);
  return (
    <div className={styles.shell} data-bare={bare || undefined}>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <Keyboard />
      {!bare && <Rail dark={scheme === "dark"} onFlip={flip} onKeys={() => setOpen("keys")} />}
      <div className={styles.content}>
        <LostBar />
        <Outlet />
      </div>
      <Toasts />
      <Suspense>
        {open === "palette" && <Palette onClose={() => setOpen(null)} />}
        {open === "keys" && <KeySheet onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}

function Rail({ dark, onFlip, onKeys }: { dark: boolean; onFlip: () => void; onKeys: () => void }) {
  return (
    <nav className={styles.rail} aria-label="Pages">
      <Link to="/" className={styles.brand} aria-label="Lumina, to the timeline">
        <Mark size={34} />
      </Link>
      <div className={styles.nav}>
        {PLACES.map(({ to, label, Icon }, i) => (
          <Link
            key={to}
            to={to}
            search={{}}
            className={styles.place}
            data-late={i >= FIRST || undefined}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            <span className={styles.glyph}>
              <Icon size={21} stroke={1.6} aria-hidden />
              {to === "/jobs" && <RunningDot />}
            </span>
            {label}
          </Link>
        ))}
        <More />
      </div>
      <div className={styles.foot}>
        <Tooltip label="Keys (?)" position="right">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            className={styles.quiet}
            aria-label="Keys of this page"
            onClick={onKeys}
          >
            <IconKeyboard size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={dark ? "Light" : "Dark"} position="right">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            className={styles.quiet}
            aria-label={dark ? "Switch to light" : "Switch to dark"}
            onClick={onFlip}
          >
            {dark ? <IconSun size={20} stroke={1.6} /> : <IconMoon size={20} stroke={1.6} />}
          </ActionIcon>
        </Tooltip>
      </div>
    </nav>
  );
}

/** The later places, where there is no room for them. */
function More() {
  const here = useRouterState({ select: (state) => state.location.pathname });
  const late = PLACES.slice(FIRST);
  return (
    <Menu position="top-end" width={220} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <button
          type="button"
          className={`${styles.place} ${styles.more}`}
          data-here={late.some(({ to }) => to === here) || undefined}
        >
          <span className={styles.glyph}>
            <IconDots size={21} stroke={1.6} aria-hidden />
            <RunningDot />
          </span>
          More
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {late.map(({ to, label, Icon }, i) => (
          <Menu.Item
            key={to}
            component={Link}
            to={to}
            data-autofocus={i === 0 || undefined}
            leftSection={<Icon size={19} stroke={1.6} aria-hidden />}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function RunningDot() {
  const running = useRunningJobs();
  if (running.length === 0) return null;
  const total = running.reduce((sum, job) => sum + job.total, 0);
  const done = running.reduce((sum, job) => sum + job.done + job.failed, 0);
  return (
    <span className={styles.dot}>
      <span className="visually-hidden">, {percent(done, total)} done</span>
    </span>
  );
}

/** Says that the server is gone, while what was loaded stays usable. */
function LostBar() {
  const state = useStore(connection);
  if (state !== "lost") return null;
  return (
    <div className={styles.lost} role="status">
      Lumina isn’t answering. What is on the page stays; trying again every two seconds.
    </div>
  );
}
