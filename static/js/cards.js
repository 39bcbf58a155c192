// The live cards of findings: when their socket says that something changed, the page is fetched again and its cards and counts
// take the place of those here. What has the focus keeps it.
(() => {
  const root = document.querySelector("[data-live=cards]");
  if (!root) return;
  const tabs = () => document.querySelector(".alert-tabs");
  const mark = (element) => element?.closest("form")?.action ?? element?.href;
  root.addEventListener("live:again", async () => {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "live" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const cards = page.querySelector("[data-live=cards]");
    if (!cards) return;
    const focused = [root, tabs()].some((part) => part.contains(document.activeElement)) ? mark(document.activeElement) : null;
    root.replaceChildren(...cards.childNodes);
    tabs().replaceChildren(...page.querySelector(".alert-tabs").childNodes);
    if (!focused) return;
    const there = [root, tabs()].flatMap((part) => [...part.querySelectorAll("a, button")]);
    there.find((each) => mark(each) === focused)?.focus();
  });
})();
