// Goes to any step: its row is marked where it is loaded, else the window around it comes first. Links say data-goto.
(() => {
  const root = document.querySelector("[data-live=run]");
  const list = root?.querySelector("ol[data-rows]");
  if (!list || !window.pageKeys) return;
  const rowOf = (seq) => list.querySelector(`li[data-seq="${seq}"] > .step`);
  const load = (seq) => {
    const url = new URL(root.dataset.poll, location.href);
    url.searchParams.set("around", seq);
    if (window.pageState.get("events")) url.searchParams.set("events", window.pageState.get("events"));
    return htmx.ajax("GET", url.href, { target: list, swap: "innerHTML" });
  };
  const goTo = async (seq) => {
    if (!rowOf(seq)) await load(seq);
    const row = rowOf(seq);
    if (!row) return;
    for (const fold of [row.closest("li.group > details"), row.closest("details.lane")]) if (fold) fold.open = true;
    window.pageKeys.mark(row);
    row.scrollIntoView({ block: "center" });
  };
  // On a phone the panel covers the rows: there the link itself opens the step.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-goto]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !matchMedia("(min-width: 901px)").matches) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(Number(link.dataset.goto));
  }, true);
  window.pageKeys.goTo = goTo;
})();
