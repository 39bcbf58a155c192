"""A loop of one's own, and files."""

from ingest.clients.client import KEY, URL, Client, Lines, python
from teams.snippets import CURL_EVENT, CURL_IMPORT, PYTHON

GROUP = "Your own"

LOOP = Client(
    slug="own-loop",
    name="Your own loop",
    group=GROUP,
    says="One line of JSON an event; the run shows within a second.",
    lines=(
        python(PYTHON),
        Lines(label="Shell", language="shell", text=CURL_EVENT),
    ),
    contents_say="What you send is what is shown.",
    sources=("events",),
    checks="api/v1/events",
)

FILES = Client(
    slug="files",
    name="Files",
    group=GROUP,
    says="Transcripts, trajectories, exports and traces: the format is recognised by what is in them.",
    lines=(
        Lines(label="Shell", language="shell", text=CURL_IMPORT.rstrip()),
        Lines(
            label="Shell: a whole folder",
            language="shell",
            text=f"""\
zip -qr runs.zip my-runs/
curl {URL}/api/v1/import -H "x-api-key: {KEY}" -F "file=@runs.zip\"""",
        ),
    ),
    notes=("Importing anything again changes nothing; a file that has grown adds what is new.",),
    sources=("",),
    checks="api/v1/import",
)

OWN = (LOOP, FILES)
