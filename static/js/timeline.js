// Live rows of the timeline: replaced by seq, inserted in order (time, then seq); a reader is never moved.
(() => {
  const root = document.querySelector("[data-live=run]");
  const list = root?.querySelector("ol[data-rows]");
  const fresh = root?.querySelector("[data-fresh]");
  const showsMeta = "meta" in (root?.dataset ?? {});
  const NEAR = 160;
  const waiting = new Set();

  const items = (ol) => [...ol.querySelectorAll(":scope > li[data-seq], :scope > .group > details > ol > li[data-seq]")];
  const isAfter = (li, row) => Number(li.dataset.at) > row.at || (Number(li.dataset.at) === row.at && Number(li.dataset.seq) > row.seq);
  const atBottom = () => innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR;
  const isInView = (li) => {
    const { top, bottom } = li?.getBoundingClientRect() ?? { top: innerHeight };
    return top < innerHeight && bottom > 0;
  };
  const make = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  };

  const replace = (old, li) => {
    const chosen = old.querySelector(":scope > .step[aria-current]");
    const step = li.querySelector(":scope > .step");
    if (chosen) step.setAttribute("aria-current", "true");
    old.querySelector(":scope > .step").replaceWith(step);
    old.dataset.at = li.dataset.at;
    if (li.dataset.reads) old.dataset.reads = li.dataset.reads;
    else delete old.dataset.reads;
    const head = li.querySelector(":scope > .turn"), oldHead = old.querySelector(":scope > .turn");
    if (head && oldHead) oldHead.replaceWith(head);
    window.putLanes(old, li);
    if (chosen && window.htmx) htmx.ajax("GET", step.href, { target: "#panel", swap: "innerHTML" });
    htmx.process(old);
    old.dispatchEvent(new Event("live:replaced", { bubbles: true }));
  };
  // The lane a row belongs to; null when it is not loaded here (it will come when it is opened or scrolled to).
  const laneOf = (row) => {
    if (row.parent === null) return list;
    const lane = list.querySelector(`details[data-lane="${row.parent}"] > ol`);
    return lane && !lane.querySelector(":scope > [data-load]") ? lane : null;
  };
  const insert = (row, li) => {
    const ol = laneOf(row);
    if (!ol) return false;
    const next = items(ol).find((other) => isAfter(other, row));
    if (!next && ol.querySelector(":scope > [data-later]")) return false;
    if (next && (next.closest(".group") ?? next).previousElementSibling?.matches("[data-earlier]") && !next.previousElementSibling?.matches("[data-seq]")) return false;
    if (next) next.before(li);
    else ol.append(li);
    window.putLanes(li, li);
    li.querySelector(".step").classList.add("is-new");
    htmx.process(li);
    return true;
  };
  const take = (row) => {
    const old = list.querySelector(`li[data-seq="${row.seq}"]`);
    if (row.meta && !showsMeta && !old) return false;
    if (!old && window.stepRange.leavesOut(row)) return false;
    const li = make(row.html);
    if (old && Number(old.dataset.at) === row.at) return replace(old, li), false;
    old?.remove();
    const shows = insert(row, li);
    return !old && row.parent === null && (shows || row.seq >= Number(list.dataset.steps));
  };

  root?.addEventListener("live:frame", ({ detail: frame }) => {
    if (!list) return;
    const follows = atBottom() && list.getBoundingClientRect().height > innerHeight / 2 && !list.querySelector("[data-later]");
    const added = frame.rows.filter(take);
    if (added.length) list.parentElement.querySelector(".empty")?.remove();
    if (follows && added.length) scrollTo({ top: document.documentElement.scrollHeight });
    const unseen = added.filter(({ seq }) => !isInView(list.querySelector(`li[data-seq="${seq}"]`)));
    if (!follows && unseen.length) {
      for (const row of unseen) waiting.add(row.seq);
      fresh.textContent = `${waiting.size} new step${waiting.size === 1 ? "" : "s"} ↓`;
      fresh.hidden = false;
    }
    document.dispatchEvent(new Event("live:rows"));
  });
  // New rows may lie beyond the windows that are loaded.
  const endsHere = () => !list?.querySelector(":scope > [data-later]");
  const forget = () => {
    fresh.hidden = true;
    waiting.clear();
  };
  fresh?.addEventListener("click", () => {
    if (endsHere()) return scrollTo({ top: document.documentElement.scrollHeight });
    forget();
    window.pageKeys.goToLast();
  });
  addEventListener("scroll", () => { if (fresh && atBottom() && endsHere()) forget(); }, { passive: true });
})();
