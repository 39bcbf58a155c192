"""Take the pictures in docs/screenshots/ from the demo runs.

    .venv/bin/python -m docs.take_screenshots [NAME…]     (`make screenshots` takes all)

Starts the product in a data folder of its own and opens its pages in the system's Chromium, light and dark,
wide and narrow.
"""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from bench.events import Product

FOLDER = Path(__file__).parent / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
VARIANTS = {
    "light": (WIDE, "light"),
    "dark": (WIDE, "dark"),
    "phone-light": (NARROW, "light"),
    "phone-dark": (NARROW, "dark"),
}


class Shot(NamedTuple):
    """One page: its demo run (empty: the list), the rest of its address, what to do there first."""

    run: str = ""
    path: str = ""
    keys: str = ""  #: pressed one after another
    only: str = ""  #: the one element in the picture
    follow: str = ""  #: the link that leads on to the page


def tool(run: str, step: int) -> Shot:
    """The panel of one step."""
    return Shot(run, f"?step={step}", only="#panel")


def compared(*runs: str) -> Shot:
    """Runs beside each other, by the ids that the product gave them."""
    return Shot(path=f"compare/?runs={','.join(f'{{{run}}}' for run in runs)}")


PAIR = ("demo-pair-test-first", "demo-pair-straight")
SHOTS = {
    "list": Shot(),
    "agent-says": Shot("demo-long"),
    "list-empty": Shot(path="?q=nothing-like-it"),
    "findings": Shot(path="findings/"),
    "finding": Shot(path="findings/hidden-change/"),
    "rules": Shot(path="rules/"),
    "tools": Shot(path="tools/"),
    "tools-by-agent": Shot(path="tools/?by=agent", only=".use section:nth-of-type(2)"),
    "tools-failing": Shot(path="tools/", only=".use section:has([aria-label='Calls that fail most'])"),
    "overview": Shot(path="overview/"),
    "prompts": Shot(path="prompts/"),
    "prompt": Shot(path="prompts/?family=fixer", follow=".versions th .link"),
    "experiments": Shot(path="experiments/"),
    "reports": Shot(path="reports/"),
    "report": Shot(path="reports/?a.variant=thorough&b.variant=test-first"),
    "report-measures": Shot(
        path="reports/?a.variant=thorough&b.variant=test-first", only="section:has(.measures)"
    ),
    "compare-two": compared(*PAIR),
    "compare-many": compared(*PAIR, "demo-clean", "demo-sideways"),
    "connect": Shot(path="connect/?client=langfuse"),
    "rejected": Shot(path="../../teams/demo/rejected/"),
    "losses": Shot("demo-died", follow=".losses summary"),
    "alerts": Shot(path="alerts/"),
    "alert-rules": Shot(path="alerts/rules/"),
    "alert-rule": Shot(path="alerts/rules/new/"),
    "alert-channels": Shot(path="alerts/channels/"),
    "story-backwards": Shot("demo-sideways", keys="b b b"),
    "story-gave-up": Shot("demo-gave-up"),
    "retries": Shot("demo-retried"),
    "strip-clean": Shot("demo-clean"),
    "strip-sideways": Shot("demo-sideways"),
    "strip-agents": Shot("demo-fanned"),
    "strip-long": Shot("demo-long"),
    "transcript-thinking": Shot("demo-sideways", "?thinking=1"),
    "transcript-find": Shot("demo-sideways", "?find=ttl"),
    "tree": Shot("demo-fanned", "tree/?by=cost"),
    "log": Shot("demo-sideways", "log/"),
    "step-hidden": Shot("demo-sideways", "?step=12"),
    "step-model-call": Shot("demo-sideways", "?step=15"),
    "relatives": Shot("demo-replayed"),
    "replay-messages": Shot("demo-sideways", "steps/12/messages/?format=anthropic"),
    "replay-files": Shot("demo-sideways", "steps/12/files/"),
    "changes": Shot("demo-sideways", "changes/"),
    "changes-split": Shot("demo-sideways", "changes/?view=split"),
    "changes-many": Shot("demo-long", "changes/"),
    "changes-net": Shot("demo-sideways", "changes/net/"),
    "file-history": Shot("demo-month-end", "files/?path=ledger/balances.py"),
    "file-blame": Shot("demo-sideways", "files/?path=auth/session.ts&view=whole"),
    "verdict": Shot("demo-sideways", keys="v"),
    "keys": Shot("demo-sideways", keys="?"),
    "tool-read": tool("demo-sideways", 2),
    "tool-write": tool("demo-tools", 38),
    "tool-edit": tool("demo-sideways", 7),
    "tool-edit-failed": tool("demo-sideways", 19),
    "tool-multiedit": tool("demo-tools", 40),
    "tool-notebook": tool("demo-tools", 50),
    "tool-bash": tool("demo-sideways", 14),
    "tool-bash-output": tool("demo-tools", 31),
    "tool-grep": tool("demo-sideways", 5),
    "tool-glob": tool("demo-tools", 9),
    "tool-ls": tool("demo-tools", 8),
    "tool-todo": tool("demo-tools", 35),
    "tool-task": tool("demo-sideways", 24),
    "tool-webfetch": tool("demo-tools", 15),
    "tool-websearch": tool("demo-tools", 14),
    "tool-question": tool("demo-tools", 26),
    "tool-plan": tool("demo-tools", 27),
    "tool-skill": tool("demo-tools", 2),
    "tool-apply-patch": tool("demo-month-end", 7),
    "tool-apply-patch-failed": tool("demo-patches", 5),
    "tool-exec": tool("demo-patches", 3),
    "tool-str-replace-editor": tool("demo-editor", 4),
    "tool-mcp-issue": tool("demo-tools", 3),
    "tool-mcp-search": tool("demo-tools", 5),
    "tool-mcp-image": tool("demo-tools", 6),
    "tool-unknown": tool("demo-support", 3),
}


def page_of(facts: dict[str, Any], run: str) -> str:
    """Give the address of a demo run, or of the list."""
    if not run:
        return f"{facts['url']}/{facts['team']}/{facts['project']}/"
    wanted = urllib.request.Request(
        f"{facts['url']}/api/v1/runs?external_id={run}", headers={"x-api-key": facts["read_key"]}
    )
    with urllib.request.urlopen(wanted) as answer:
        return str(json.load(answer)["results"][0]["url"])


def path_of(facts: dict[str, Any], path: str) -> str:
    """Put ids in the place of the names of runs: `{demo-clean}`."""
    return re.sub(r"\{([\w-]+)\}", lambda name: page_of(facts, name[1]).rstrip("/").rpartition("/")[2], path)


def log_in(browser: Browser, facts: dict[str, Any]) -> Any:
    """Log in once; the cookies serve every picture."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{facts['url']}/accounts/login/")
    page.fill("input[name=login]", facts["email"])
    page.fill("input[name=password]", facts["password"])
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    state = context.storage_state()
    context.close()
    return state


def wait_for_rules(browser: Browser, cookies: Any, facts: dict[str, Any]) -> None:
    """Wait until the worker has judged the demo runs: the pictures show what rules say."""
    context = browser.new_context(storage_state=cookies)
    page = context.new_page()
    for run in ("demo-sideways", "demo-clean", "demo-long", "demo-fix-8-thorough-2"):
        page.goto(page_of(facts, run))
        page.locator("[data-story]").wait_for(timeout=60_000)  # it comes live
    page.goto(page_of(facts, "demo-died"))  # its end is told once a sweep has found it silent
    page.get_by_text("Died inside").first.wait_for(state="attached", timeout=150_000)
    context.close()


def take(page: Page, shot: Shot, address: str, file: Path) -> None:
    """Open a page, do what the picture needs, and keep it."""
    page.goto(address + shot.path)
    page.wait_for_load_state("networkidle")
    if shot.follow:
        page.locator(shot.follow).first.click()
        page.wait_for_load_state("networkidle")
    for key in shot.keys.split():
        page.keyboard.press(key)
    page.wait_for_timeout(400)
    if shot.only:
        page.locator(shot.only).screenshot(path=file)
    else:
        page.screenshot(path=file)
    if shutil.which("pngquant"):  # a third of the size; without it the pictures are the same
        subprocess.run(["pngquant", "--force", "--ext", ".png", "--speed", "3", str(file)], check=True)


def main(names: list[str]) -> None:
    unknown = set(names) - SHOTS.keys()
    if unknown:
        raise SystemExit(f"No such picture: {', '.join(sorted(unknown))}. There are: {', '.join(SHOTS)}.")
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        raise SystemExit("Install Chromium to take screenshots.")
    FOLDER.mkdir(exist_ok=True)
    with ExitStack() as running:
        product = Product()
        running.callback(product.stop)
        playwright, facts = running.enter_context(sync_playwright()), product.facts
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        cookies = log_in(browser, facts)
        wait_for_rules(browser, cookies, facts)
        for variant, (size, scheme) in VARIANTS.items():
            context = browser.new_context(
                storage_state=cookies, viewport=size, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            for name in names or SHOTS:
                shot = SHOTS[name]
                shot = shot._replace(path=path_of(facts, shot.path))
                take(page, shot, page_of(facts, shot.run), FOLDER / f"{name}-{variant}.png")
                print(f"docs/screenshots/{name}-{variant}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
