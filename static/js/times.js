// Times as people say them ("4 m", "yesterday"), kept fresh. The exact time stays in the title.
(() => {
  const STEPS = [[60, 1, "s"], [3600, 60, "m"], [86400, 3600, "h"], [172800, 0, "yesterday"], [2592000, 86400, "d"]];
  const soft = (seconds) => {
    if (seconds < 5) return "now";
    const step = STEPS.find(([below]) => seconds < below);
    if (!step) return null;
    return step[1] ? `${Math.floor(seconds / step[1])} ${step[2]}` : step[2];
  };
  const refresh = (root) => {
    for (const time of root.querySelectorAll(".list time[datetime]")) {
      const words = soft((Date.now() - Date.parse(time.dateTime)) / 1000);
      if (words) time.textContent = words;
    }
  };
  refresh(document);
  setInterval(() => refresh(document), 10_000);
  document.addEventListener("htmx:afterSwap", () => refresh(document));
  document.addEventListener("live:rows", () => refresh(document));
})();
