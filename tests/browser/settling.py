"""Wait until a page is at rest, without the half second of silence that `networkidle` waits for."""

from typing import Any

AT_REST = """() => document.readyState === "complete" && !document.querySelector(".htmx-request")
    && [...document.querySelectorAll("[data-strip-view]")]
        .every((view) => view.hidden || Number(view.dataset.drawn) > 0)"""


def settle(page: Any) -> None:
    """Wait until everything is loaded, nothing is asked for, and the strip is drawn."""
    page.wait_for_function(AT_REST)
