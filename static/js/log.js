// The log grows live under its filters: rows in their place by time and number, a reader is never moved.
(() => {
  const root = document.querySelector("[data-live=run]");
  const log = document.querySelector("[data-log]");
  const list = log.querySelector("ol[data-rows]");
  const fresh = log.querySelector("[data-fresh]");
  const PAUSE = 400, SUMS = 2_000, NEAR = 160;
  let waiting = 0, summing = 0, asking = false, again = false;

  const items = () => [...list.children].filter((li) => "seq" in li.dataset);
  const atBottom = () => innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR;
  const isAfter = (li, row) => Number(li.dataset.at) > row.at || (Number(li.dataset.at) === row.at && Number(li.dataset.seq) > row.seq);
  const make = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstElementChild;
  };
  const find = (seq) => list.querySelector(`:scope > li[data-seq="${seq}"]`);
  // A row that is there keeps its record and its mark; a new one goes where it belongs, if that is loaded.
  const take = (row) => {
    const old = find(row.seq), li = make(row.html);
    if (old) {
      const step = li.querySelector(":scope > .step"), before = old.querySelector(":scope > .step");
      if (before.hasAttribute("aria-current")) step.setAttribute("aria-current", "true");
      before.replaceWith(step);
      htmx.process(old);
      return 0;
    }
    const next = items().find((other) => isAfter(other, row));
    if (!next && list.querySelector(":scope > [data-later]")) return 0;
    if (next?.previousElementSibling?.matches("[data-earlier]")) return 0;
    if (next) next.before(li);
    else list.append(li);
    li.querySelector(".step").classList.add("is-new");
    htmx.process(li);
    return 1;
  };
  const show = (news) => {
    const follows = atBottom() && list.getBoundingClientRect().height > innerHeight / 2;
    let added = 0;
    for (const row of news.rows) added += take(row);
    for (const seq of news.gone) find(seq)?.remove();
    if (!added) return;
    log.querySelector("[data-empty]")?.remove();
    log.querySelector(".log-head").hidden = false;
    if (follows) return scrollTo({ top: document.documentElement.scrollHeight });
    if (document.documentElement.scrollHeight <= innerHeight + NEAR) return;
    waiting += added;
    fresh.textContent = `${waiting} new step${waiting === 1 ? "" : "s"} ↓`;
    fresh.hidden = false;
  };
  // The sums are a query over the whole run: they follow a little later, and not for every row.
  const sum = () => {
    summing ||= setTimeout(async () => {
      summing = 0;
      const answer = await fetch(address("sums", "1")).catch(() => null);
      if (answer?.ok) log.querySelector("[data-sums]").innerHTML = await answer.text();
    }, SUMS);
  };
  const address = (name, value) => {
    const url = new URL(location.href);
    for (const place of ["step", "open", "after", "before", "at"]) url.searchParams.delete(place);
    url.searchParams.set(name, value);
    return url;
  };
  const ask = async () => {
    if (asking) return void (again = true);
    asking = true;
    let more = true;
    while (more) {
      const answer = await fetch(address("revision", log.dataset.revision)).catch(() => null);
      const news = answer?.ok ? await answer.json() : { more: false };
      if (news.rows) show(news);
      if (news.rows?.length || news.gone?.length) sum();
      if (news.revision) log.dataset.revision = news.revision;
      more = news.more;
      await new Promise((done) => setTimeout(done, PAUSE));
    }
    asking = false;
    if (again) { again = false; ask(); }
  };
  root.addEventListener("live:frame", ask);
  fresh.addEventListener("click", () => scrollTo({ top: document.documentElement.scrollHeight }));
  addEventListener("scroll", () => { if (atBottom()) { fresh.hidden = true; waiting = 0; } }, { passive: true });

  // A range drawn on the strip is a filter here; the strip has put it into the address.
  document.addEventListener("strip:range", ({ detail: range }) => {
    if (String(range?.from ?? "") !== log.dataset.from || String(range?.to ?? "") !== log.dataset.to) location.reload();
  });
})();
