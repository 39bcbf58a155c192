// The whole file: a line and the version that wrote it light up together, by mouse or keyboard; an address that
// names a line of another window leads there.
(() => {
  const page = document.querySelector("[data-blame]");
  if (!page) return;
  let lit = [];
  const light = (number) => {
    lit.forEach((each) => each.classList.remove("is-lit"));
    lit = number === null ? [] : [...page.querySelectorAll(`[data-by="${number}"], [data-version="${number}"]`)];
    lit.forEach((each) => each.classList.add("is-lit"));
    const version = lit.find((each) => each.dataset.version);
    const list = version?.closest("nav");
    if (list && getComputedStyle(list).position === "sticky") {
      const gone = version.getBoundingClientRect().top - list.getBoundingClientRect().top;
      if (gone < 0 || gone > list.clientHeight - 60) list.scrollBy({ top: gone - 60 });
    }
  };
  const numberOf = (target) => {
    const found = target.closest?.("[data-by], [data-version]");
    return found ? found.dataset.by ?? found.dataset.version : null;
  };
  for (const name of ["mouseover", "focusin"]) {
    page.addEventListener(name, (event) => light(numberOf(event.target)));
  }
  page.addEventListener("mouseleave", () => light(null));

  const windows = page.querySelector("[data-windows]");
  const line = Number(/^#L(\d{1,7})$/.exec(location.hash)?.[1]);
  if (windows && line && !document.getElementById(`L${line}`)) {
    const size = Number(windows.dataset.window);
    const from = line - ((line - 1) % size);
    if (new URLSearchParams(location.search).get("start") !== String(from)) location.replace(`${windows.dataset.windows}${from}#L${line}`);
  }
})();
