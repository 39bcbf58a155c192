// A line of the whole file and the version that wrote it light up together, by mouse or keyboard.
(() => {
  const page = document.querySelector("[data-blame]");
  if (!page) return;
  let lit = [];
  const light = (number) => {
    lit.forEach((each) => each.classList.remove("is-lit"));
    lit = number === null ? [] : [...page.querySelectorAll(`[data-by="${number}"], [data-version="${number}"]`)];
    lit.forEach((each) => each.classList.add("is-lit"));
    const version = lit.find((each) => each.dataset.version);
    if (version && getComputedStyle(version.closest("nav")).position === "sticky") {
      version.scrollIntoView({ block: "nearest" });
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
})();
