// Addresses of lines: a click on a line number writes #change-12-R40, with Shift a range #change-12-R40-R52.
// Lines that the address names are marked and scrolled to. A diff that is not open yet is opened; a line that is
// not on the page is looked for on the page of its change, which the server opens where that line is.
(() => {
  const ADDRESS = /^#change-(\d+)(?:-([LR]\d+)(?:-([LR]\d+))?)?$/;
  const page = document.querySelector("[data-change-page]")?.dataset.changePage;
  let first = null, done = "";
  const cell = (change, line) => document.getElementById(`change-${change}-${line}`);
  const choose = (from, to) => {
    document.querySelectorAll(".diff tr.is-chosen").forEach((row) => row.classList.remove("is-chosen"));
    let [row, end] = [from.parentElement, to.parentElement];
    if (row.compareDocumentPosition(end) & Node.DOCUMENT_POSITION_PRECEDING) [row, end] = [end, row];
    for (; row; row = row.nextElementSibling) {
      row.classList.add("is-chosen");
      if (row === end) break;
    }
  };
  const look = (change, line) => {
    const load = document.querySelector(`#change-${change} .load a[hx-trigger*=intersect]`);
    if (load) return load.click();
    const url = new URL(page.replace(/0\/$/, `${change}/`), location.href);
    const asked = new URLSearchParams(location.search);
    if (url.pathname === location.pathname && (!line || asked.get("line") === line)) return;
    for (const name of ["view", "ws"]) if (asked.has(name)) url.searchParams.set(name, asked.get(name));
    if (line) url.searchParams.set("line", line);
    location.replace(url.href + location.hash);
  };
  const follow = () => {
    const found = location.hash.match(ADDRESS);
    if (!found || !page || done === location.hash) return;
    const [, change, from, to] = found;
    if (!from) return document.getElementById(`change-${change}`) ? null : look(change);
    first = cell(change, from);
    if (!first) return look(change, from);
    choose(first, (to && cell(change, to)) || first);
    first.scrollIntoView({ block: "center" });
    done = location.hash;
  };
  document.addEventListener("click", (event) => {
    const number = event.target.closest?.(".diff td.ln[id]");
    if (!number) return;
    const ranged = event.shiftKey && first?.isConnected && first.closest(".change") === number.closest(".change");
    if (!ranged) first = number;
    choose(first, number);
    done = `#${first.id}${number === first ? "" : `-${number.id.split("-").pop()}`}`;
    history.replaceState(history.state, "", done);
    getSelection().removeAllRanges();
  });
  document.addEventListener("htmx:afterSettle", follow);
  addEventListener("hashchange", follow);
  addEventListener("load", follow);
})();
