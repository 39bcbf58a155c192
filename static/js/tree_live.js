// The tree of a running run draws itself anew: a moment after news, seldom, and never under the reader's hands.
(() => {
  const root = document.querySelector("[data-live=run]");
  const section = document.querySelector("[data-tree]");
  const tree = section.querySelector("ol[role=tree]");
  const fresh = section.querySelector("[data-fresh]");
  const FIRST = 300, PAUSE = 2_000, SHARE = 20, NEAR = 160;
  let timer = 0, wanted = false, pressed = false, waiting = 0;

  const isBusy = () => pressed || document.hidden || document.querySelector("details[data-menu][open], dialog[open]");
  for (const name of ["pointerup", "pointercancel", "dragend"]) addEventListener(name, () => { pressed = false; }, true);
  addEventListener("pointerdown", () => { pressed = true; }, true);

  const address = () => {
    const url = new URL(location.href);
    const open = [...tree.querySelectorAll("li[data-node] > [aria-expanded=true]")].filter((row) => row.checkVisibility());
    const nodes = open.map((row) => row.parentElement.dataset.node).slice(-Number(tree.dataset.open));
    url.searchParams.set("open", nodes.join("."));
    url.searchParams.set("rows", "1");
    const first = tree.querySelector(":scope > li[data-node^=t]");
    if (first) url.searchParams.set("first", first.dataset.node.slice(1));
    return url;
  };
  const atBottom = () => innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR;
  // The row at the top of the window stays where it is, whatever comes above it.
  const hold = (change) => {
    const rows = [...tree.querySelectorAll(".step")];
    const anchor = rows.find((row) => row.checkVisibility() && row.getBoundingClientRect().bottom > 0);
    const before = anchor?.getBoundingClientRect().top;
    const result = change();
    if (anchor?.isConnected) scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
    return result;
  };
  const show = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const added = hold(() => {
      for (const part of holder.content.querySelectorAll("[data-part]")) section.querySelector(`[data-part=${part.dataset.part}]`).replaceWith(part);
      return window.mergeTree(tree, holder.content.querySelector("ol[role=tree]"));
    });
    document.dispatchEvent(new Event("live:rows"));
    waiting += added.filter((li) => li.getBoundingClientRect().top > innerHeight).length;
    fresh.hidden = !waiting;
    fresh.textContent = `${waiting} new row${waiting === 1 ? "" : "s"} ↓`;
  };
  const draw = async () => {
    if (isBusy()) return wait(PAUSE);
    wanted = false;
    const began = performance.now();
    const answer = await fetch(address(), { headers: { "X-Requested-With": "live" } }).catch(() => null);
    const html = answer?.ok ? await answer.text() : "";
    if (html && !isBusy()) show(html);
    else wanted = true;
    // The tree of a long run takes longer: drawing it is to take a small share of the server's time.
    wait(Math.max(PAUSE, (performance.now() - began) * SHARE));
  };
  const wait = (time) => { timer = setTimeout(() => (wanted ? draw() : (timer = 0)), time); };
  const want = () => {
    wanted = true;
    if (!timer) wait(FIRST);
  };
  for (const name of ["live:frame", "live:again"]) root.addEventListener(name, want);
  fresh.addEventListener("click", () => scrollTo({ top: document.documentElement.scrollHeight }));
  addEventListener("scroll", () => { if (atBottom()) { waiting = 0; fresh.hidden = true; } }, { passive: true });
})();
