// Goes to any step: its row is marked where it is loaded, else the window around it comes first. Links in the panel do so.
(() => {
  const root = document.querySelector("[data-live=run]");
  const list = root?.querySelector("ol[data-rows]");
  if (!list || !window.pageKeys) return;
  const { rowOf } = window.pageKeys;
  const load = (part) => {
    const url = new URL(root.dataset.poll, location.href);
    for (const [name, value] of Object.entries(part)) url.searchParams.set(name, value);
    for (const name of ["events", "from", "to"]) if (window.pageState.get(name)) url.searchParams.set(name, window.pageState.get(name));
    return htmx.ajax("GET", url.href, { target: list, swap: "innerHTML" });
  };
  const unfold = (row) => {
    for (let fold = row.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };
  const show = (row, seq) => {
    unfold(row);
    window.pageState.leap();
    window.pageKeys.mark(row, seq);
    row.scrollIntoView({ block: "center" });
  };
  // A step outside of the range that is shown leaves it.
  const goTo = async (seq) => {
    if (!rowOf(seq)) await load({ around: seq });
    if (rowOf(seq)) show(rowOf(seq), seq);
    else if (window.pageState.get("from")) location.assign(window.pageState.carry(`?step=${seq}`, ["from", "to"]));
  };
  // The step that Back came to: the panel shows it already.
  document.addEventListener("state:back", async ({ detail: { seq } }) => {
    if (!rowOf(seq)) await load({ around: seq });
    const row = rowOf(seq);
    if (!row || window.pageState.get("step") !== String(seq)) return;
    unfold(row);
    window.pageKeys.current()?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "center" });
  });
  const goToEnd = async (mark, part, at) => {
    if (list.querySelector(`:scope > [${mark}]`)) await load(part);
    const row = window.pageKeys.rows().at(at);
    if (row) show(row);
  };
  const last = () => goToEnd("data-later", { end: 1 }, -1);
  Object.assign(window.pageKeys.keys, { G: last, "g g": () => goToEnd("data-earlier", {}, 0) });
  // Links to steps of this run lead to their rows. On a phone the panel covers the rows: there the link opens the step.
  const stepOf = (link) => {
    const url = new URL(link.href);
    const seq = url.pathname === location.pathname ? url.searchParams.get("step") : null;
    return /^\d+$/.test(seq ?? "") && !link.closest(".panel-nav, .panel-tools") ? Number(seq) : null;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#panel a[href], .opened a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !matchMedia("(min-width: 901px)").matches) return;
    const seq = stepOf(link);
    if (seq === null) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(seq);
  }, true);
  Object.assign(window.pageKeys, { goTo, goToLast: last, load });
})();
