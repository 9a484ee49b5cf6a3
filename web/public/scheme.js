// Runs before the first paint, so that a dark room stays dark while the app loads.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("lumina-color-scheme");
  } catch {
    // Storage may be switched off; the system's choice holds then.
  }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
