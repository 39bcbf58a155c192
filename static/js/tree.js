// The tree by keyboard and mouse: → opens or goes in, ← closes or goes out, ↑ ↓ Home End move; the address keeps what is open.
(() => {
  const tree = document.querySelector("ol[role=tree]");
  const { keys, rows, mark, current } = window.pageKeys;
  const most = Number(tree.dataset.open);
  const item = (li) => li?.querySelector(":scope > .step");
  const group = (row) => row.parentElement.querySelector(":scope > ol");
  const load = async (ol) => {
    const url = ol.dataset.load;
    if (!url) return;
    delete ol.dataset.load;
    ol.innerHTML = '<li role="none" class="more">…</li>';
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) ol.dataset.load = url; // the next time it is opened
    ol.innerHTML = answer?.ok ? await answer.text() : '<li role="none" class="more">Not reached.</li>';
    htmx.process(ol);
    stop();
  };
  const isOpen = (row) => row.getAttribute("aria-expanded") === "true";

  const keep = (node, open) => {
    const url = new URL(location.href);
    const nodes = (url.searchParams.get("open") ?? "").split(".").filter((name) => name && name !== node);
    const next = (open ? [...nodes, node] : nodes).slice(-most).join(".");
    if (next) url.searchParams.set("open", next);
    else url.searchParams.delete("open");
    history.replaceState(history.state, "", url);
  };
  const setOpen = (row, open) => {
    if (!group(row) || isOpen(row) === open) return null;
    row.setAttribute("aria-expanded", String(open));
    group(row).hidden = !open;
    row.parentElement.querySelector(":scope > .twisty").textContent = open ? "Close" : "Open";
    keep(row.parentElement.dataset.node, open);
    return open ? load(group(row)) : null;
  };
  const away = (row) => item(row.parentElement.closest("ol").closest("li"));
  const right = (row) => {
    if (!isOpen(row)) return setOpen(row, true);
    const first = item(group(row)?.querySelector(":scope > li[data-node]"));
    if (first) mark(first);
  };
  const left = (row) => (isOpen(row) ? setOpen(row, false) : away(row) && mark(away(row)));
  const step = (row, by) => {
    const all = rows();
    const next = all[all.indexOf(row) + by];
    if (next) mark(next);
  };
  const end = (last) => mark(last ? rows().at(-1) : rows()[0]);
  const moves = {
    ArrowRight: right, ArrowLeft: left, ArrowDown: (row) => step(row, 1), ArrowUp: (row) => step(row, -1),
    Home: () => end(false), End: () => end(true),
  };
  tree.addEventListener("keydown", (event) => {
    const row = event.target.closest(".step");
    if (!row || !moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moves[event.key](row);
  });
  tree.addEventListener("click", (event) => {
    const twisty = event.target.closest("[data-twisty]");
    if (!twisty) return;
    event.preventDefault();
    const row = item(twisty.parentElement);
    setOpen(row, !isOpen(row));
  });

  // e and E go to the next failure, also into what is closed.
  const isBad = (row) => row.matches(".is-fail, .is-warn") || (row.matches(".has-fail") && group(row) && !isOpen(row));
  const fail = async (by) => {
    const all = rows(), at = all.indexOf(current());
    const order = by > 0 ? all.slice(at + 1) : (at < 0 ? all : all.slice(0, at)).reverse();
    const here = at >= 0 && by > 0 && isBad(all[at]) && all[at].matches(".has-fail") ? all[at] : null;
    const bad = here ?? order.find(isBad);
    if (!bad) return;
    window.pageState.leap();
    if (bad.matches(".is-fail, .is-warn")) return mark(bad);
    await setOpen(bad, true);
    const inside = rows().filter((row) => group(bad).contains(row) && isBad(row));
    const next = by > 0 ? inside[0] : inside.at(-1);
    if (next?.matches(".is-fail, .is-warn")) mark(next);
    else if (next) { mark(next); fail(by); }
  };
  Object.assign(keys, { e: () => fail(1), E: () => fail(-1) });

  // One stop for Tab: the chosen row. What opens a row by mouse is the arrow keys' work here.
  const stop = () => {
    const chosen = current() ?? rows()[0];
    for (const row of tree.querySelectorAll("[role=treeitem]")) row.tabIndex = row === chosen ? 0 : -1;
    for (const twisty of tree.querySelectorAll("[data-twisty]:not([aria-hidden])")) {
      twisty.setAttribute("aria-hidden", "true");
      twisty.tabIndex = -1;
    }
  };
  for (const name of ["row:marked", "htmx:afterSettle", "live:rows"]) document.addEventListener(name, stop);
  stop();
})();
