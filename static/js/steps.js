// The run page's keys and its chosen row: e E failures, d diff, g g and G the ends. The panel follows the row.
(() => {
  const { keys, rows, rowOf, mark, current } = window.pageKeys;
  const panel = document.getElementById("panel");
  const failingLane = (row) => row.parentElement.querySelector(":scope > .fan > .lane:not([open]):has(> summary > .is-fail)");
  const leapTo = (row) => {
    window.pageState.leap();
    mark(row);
  };
  const jump = (by) => {
    const all = rows();
    const at = all.indexOf(current());
    const order = by > 0 ? all.slice(at + 1) : (at < 0 ? all : all.slice(0, at)).reverse();
    const bad = order.find((row) => row.matches(".is-fail, .is-warn") || failingLane(row));
    if (bad && failingLane(bad)) failingLane(bad).open = true;
    if (bad) leapTo(bad);
    else beyond(all.at(by > 0 ? -1 : 0), by);
  };
  // Behind the rows that are loaded the strip knows where the next trouble is.
  const beyond = (edge, by) => {
    const all = window.flight?.main ?? [], bars = window.stepRange?.within(all) ?? all;
    const at = bars.findIndex((bar) => bar.seq === Number(edge?.parentElement.dataset.seq));
    const order = by > 0 ? bars.slice(at + 1) : bars.slice(0, Math.max(0, at)).reverse();
    const bad = at < 0 ? null : order.find((bar) => ["fail", "retry", "compact"].includes(bar.colour));
    if (bad) window.pageKeys.goTo?.(bad.seq);
    else if (by > 0) document.querySelector("ol[data-rows] [data-later] a")?.click();
  };
  const diff = () => {
    const effect = (panel ?? document).querySelector("#effect, .change");
    if (effect) effect.scrollIntoView({ block: "start" });
    else document.querySelector("[data-to-changes]")?.click();
  };
  const edge = (at) => () => {
    const row = rows().at(at);
    if (row) leapTo(row);
  };
  Object.assign(keys, { e: () => jump(1), E: () => jump(-1), d: diff, "g g": edge(0), G: edge(-1) });

  // Moving fast through rows loads only the panel where the reader stops; that of a span whose row is its call's, too.
  let timer = 0;
  const load = (row, seq) => {
    const url = new URL(row.href);
    if (rowOf(seq) !== row || url.searchParams.get("step") === String(seq)) return row.click();
    url.searchParams.set("step", seq);
    htmx.ajax("GET", url.href, { source: row, target: panel, swap: "innerHTML show:none" });
  };
  document.addEventListener("row:marked", ({ target, detail }) => {
    clearTimeout(timer);
    timer = 0;
    if (target.matches(".step") && matchMedia("(min-width: 901px)").matches) timer = setTimeout(() => {
      timer = 0;
      load(target, detail.seq);
    }, 90);
  });
  document.addEventListener("click", (event) => {
    const step = event.target.closest?.("ol[data-rows] .step");
    if (!step || step === current()) return;
    current()?.removeAttribute("aria-current");
    step.setAttribute("aria-current", "true");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]") && !event.target.matches?.("input")) {
      clearTimeout(timer); // a row just marked must not open again what is closed here
      timer = 0;
      panel?.querySelector("[data-close]")?.click();
    }
  });

  // After a swap: mark the row that the panel shows, start reading at its top.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "panel" || timer) return;
    panel.scrollTop = 0;
    const seq = panel.querySelector("[data-panel]")?.dataset.panel;
    current()?.removeAttribute("aria-current");
    const row = seq && rowOf(seq);
    row?.setAttribute("aria-current", "true");
    row?.scrollIntoView({ block: "nearest" });
  });
  current()?.scrollIntoView({ block: "center" });
})();
