// The live inbox: when its socket says that something changed, the list is fetched again. A button that has the focus keeps it.
(() => {
  const root = document.querySelector("[data-live=inbox]");
  if (!root) return;
  const focused = () => {
    const button = root.contains(document.activeElement) ? document.activeElement : null;
    const alert = button?.closest("[data-alert]")?.dataset.alert;
    return alert ? { alert, form: button.closest("form")?.action, href: button.href } : null;
  };
  const focus = ({ alert, form, href }) => {
    const row = root.querySelector(`[data-alert="${alert}"]`);
    const there = [...(row?.querySelectorAll("a, button") ?? [])];
    there.find((each) => (form ? each.closest("form")?.action === form : each.href === href))?.focus();
  };
  root.addEventListener("live:again", async () => {
    const answer = await fetch(root.dataset.poll, { headers: { "X-Requested-With": "live" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const kept = focused();
    root.innerHTML = await answer.text();
    if (kept) focus(kept);
  });
})();
