// Readings other than the transcript: links to steps stay in the reading, and news of the run are a click away.
(() => {
  const root = document.querySelector("[data-live=run]");
  const panel = document.getElementById("panel");
  const { current } = window.pageKeys;

  // Any link to a step that opens in the panel keeps the address of this reading and all that it holds.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.target?.id !== "panel") return;
    const step = new URL(detail.path, location.href).searchParams.get("step");
    const url = new URL(location.href);
    for (const name of ["after", "before"]) url.searchParams.delete(name);
    if (step) url.searchParams.set("step", step);
    else url.searchParams.delete("step");
    detail.path = url.pathname + url.search;
  });

  // One row may stand for a step that has a row of its own (a turn for its model call): the chosen one stays chosen.
  let chosen = null;
  const choose = ({ target }) => { chosen = target.closest?.("ol[data-rows] .step") ?? chosen; };
  document.addEventListener("row:marked", choose);
  document.addEventListener("click", choose);
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== panel) return;
    const seq = panel.querySelector("[data-panel]")?.dataset.panel;
    if (!seq || !chosen?.isConnected || new URL(chosen.href).searchParams.get("step") !== seq) return;
    current()?.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
    chosen.scrollIntoView({ block: "nearest" });
  });

  // What came since the page was made: said, and shown when asked for, so that nobody is moved while reading.
  const refresh = document.querySelector("[data-refresh]");
  const steps = new Set();
  root?.addEventListener("live:frame", ({ detail: frame }) => {
    if (!refresh) return;
    for (const row of frame.rows) steps.add(row.seq);
    if (!steps.size) return;
    refresh.hidden = false;
    refresh.textContent = `${steps.size} step${steps.size === 1 ? "" : "s"} changed: show`;
  });
  refresh?.addEventListener("click", (event) => {
    event.preventDefault();
    location.reload();
  });
})();
