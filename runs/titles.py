"""What to call a run. Pure."""

TITLE_CHARS = 200


def title_of(prompt: str) -> str:
    """Take the first line that says something; one that ends with a colon takes the next line along.

    "Do the following:\\n\\n# Rate limits" is called "Do the following: Rate limits".
    """
    title = ""
    for line in prompt.splitlines():
        bare = line.strip().lstrip("#>*- ") if title else line.strip()
        title = f"{title} {bare}".strip()
        if title and not title.endswith(":"):
            break
    return title[:TITLE_CHARS]
