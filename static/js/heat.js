// A heat map by time that is wider than the page opens at its newest end, as on a phone; the names stay in sight.
(() => {
  for (const box of document.querySelectorAll("[data-newest-last]")) box.scrollLeft = box.scrollWidth;
})();
