// Marks what find-in-run looks for, in the rows and in the panel, without touching the page: CSS highlights.
(() => {
  const MOST = 2_000;
  const desk = document.querySelector(".desk");
  if (!desk || !window.CSS?.highlights) return;
  let query = "", waiting = 0;

  const rangesIn = (root, wanted) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const ranges = [];
    for (let node = walker.nextNode(); node && ranges.length < MOST; node = walker.nextNode()) {
      const text = node.data.toLowerCase();
      if (text.length !== node.data.length) continue; // a letter that changes its length with its case
      for (let at = text.indexOf(wanted); at >= 0 && ranges.length < MOST; at = text.indexOf(wanted, at + wanted.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + wanted.length);
        ranges.push(range);
      }
    }
    return ranges;
  };
  const paint = () => {
    waiting = 0;
    CSS.highlights.delete("found");
    if (!query) return;
    const roots = desk.querySelectorAll("ol[data-rows], [data-panel]");
    CSS.highlights.set("found", new Highlight(...[...roots].flatMap((root) => rangesIn(root, query.toLowerCase()))));
  };
  const later = () => { waiting ||= requestAnimationFrame(paint); };
  // The panel shows the first match of a step that one jumped to.
  const reveal = () => {
    const panel = document.getElementById("panel");
    if (!query || !panel?.querySelector("[data-panel]")) return;
    const first = rangesIn(panel, query.toLowerCase()).find((range) => !range.startContainer.parentElement.closest("h2"));
    const box = first?.startContainer.parentElement.closest(".term, .code-lines, .prose, td, p, code");
    box?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("find:hits", ({ detail }) => {
    query = detail.query;
    later();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!query) return;
    later();
    if (event.target.id === "panel") requestAnimationFrame(reveal);
  });
  document.addEventListener("live:rows", () => query && later());
})();
