// What stands around the timeline of a live run: title, facts, counts of the tabs, and the overview while no step is open.
(() => {
  const root = document.querySelector("[data-live=run]");
  if (!root) return;
  const head = root.querySelector("[data-head]");
  const panel = document.getElementById("panel");
  let last = "";

  const setFacts = (html) => {
    const open = [...head.querySelectorAll("details")].map((each) => each.open);
    const split = head.querySelector("[data-split]");
    head.innerHTML = html;
    if (split?.firstElementChild) head.querySelector("[data-split]").replaceWith(split); // the strip brings the next one
    head.querySelectorAll("details").forEach((each, n) => { each.open = open[n] ?? false; });
  };
  const setTitle = (title) => {
    const crumb = document.querySelector("[data-run-title]");
    if (crumb.textContent === title) return;
    document.title = document.title.replace(crumb.textContent, title);
    crumb.textContent = title;
  };
  // The focus stays on the same link, and a long text stays where it was scrolled to.
  const setOverview = (html) => {
    if (html === last || !panel?.querySelector("[data-overview]")) return;
    last = html;
    const held = panel.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const open = [...panel.querySelectorAll("details[data-kept][open]")].map((each) => each.dataset.kept);
    const scrolled = [...panel.querySelectorAll(".clamp")].map((text) => text.scrollTop);
    panel.innerHTML = html;
    window.htmx?.process(panel);
    for (const each of panel.querySelectorAll("details[data-kept]")) each.open = open.includes(each.dataset.kept);
    panel.querySelectorAll(".clamp").forEach((text, n) => { text.scrollTop = scrolled[n] ?? 0; });
    if (held) [...panel.querySelectorAll("a")].find((link) => link.getAttribute("href") === held)?.focus();
  };

  root.addEventListener("live:frame", ({ detail: frame }) => {
    if (frame.header) setFacts(frame.header);
    if (frame.title) setTitle(frame.title);
    for (const [name, words] of Object.entries(frame.counts ?? {})) {
      const count = root.querySelector(`[data-count="${name}"]`);
      if (count) count.textContent = words;
    }
    if (frame.overview) setOverview(frame.overview);
  });
  root.addEventListener("live:story", ({ detail: frame }) => setOverview(frame.overview));
  // A step that was closed brought an overview of its own: the next frame may have the same words as the last.
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target === panel) last = ""; });
})();
