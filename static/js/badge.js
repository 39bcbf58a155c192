// The number of open alerts beside the bell. The page itself does not count: it would cost every page a query.
(() => {
  const bell = document.querySelector("[data-badge]");
  if (!bell) return;
  const number = bell.querySelector("[data-badge-number]");
  const EVERY = 30_000, PAUSE = 2_000;
  let asked = 0, later = 0;

  const show = ({ open, text }) => {
    number.hidden = !open;
    number.textContent = text;
    bell.classList.toggle("is-ringing", open > 0);
    bell.ariaLabel = bell.title = open ? `Alerts, ${text} open` : "Alerts, none open";
  };
  const ask = async () => {
    clearTimeout(later);
    later = setTimeout(ask, EVERY);
    if (document.hidden) return;
    asked = Date.now();
    const answer = await fetch(bell.dataset.badge, { headers: { "X-Requested-With": "badge" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) show(await answer.json());
  };
  const askSoon = () => {
    clearTimeout(later);
    later = setTimeout(ask, Math.max(0, asked + PAUSE - Date.now()));
  };
  for (const name of ["live:frame", "live:again"]) document.addEventListener(name, askSoon);
  document.addEventListener("visibilitychange", () => document.hidden || askSoon());
  ask();
})();
