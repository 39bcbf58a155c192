"""`manage.py import_trace PATH…`: import files, folders and zips from this machine."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ingest import pipeline
from ingest.answers import url_of_run
from ingest.sources import SourceFile
from ingest.streams import Refused
from teams.models import Project


class Command(BaseCommand):
    help = "Import traces: files, folders (with all below) and zips."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--project", default="", metavar="TEAM/PROJECT", help="may be left out while there is only one"
        )

    def handle(self, *args: Any, paths: list[Path], project: str, **options: Any) -> None:
        target = find_project(project)
        imported = [self.import_path(target, path) for path in paths]
        if not any(imported):
            raise CommandError("Nothing could be read.")

    def import_path(self, project: Project, path: Path) -> bool:
        """Import one path and print what became of it; True when a run came out."""
        try:
            files = read_path(path)
            self.stdout.write(f"{path}: {len(files)} files, {sum(len(f.data) for f in files):,} bytes")
            outcome = pipeline.take_files(project, files, now=timezone.now(), tell=self.tell)
        except OSError as error:
            self.stderr.write(f"{path}: {error.strerror or error}")
            return False
        except Refused as refused:
            self.stderr.write(f"{path}: {refused}")
            return False
        for saved in outcome.saved:
            word = "new" if saved.created else "changed" if saved.changed else "unchanged"
            self.stdout.write(f"  {word:9} {saved.external_id}  {url_of_run(project, saved)}")
        for one in outcome.batch.quarantined:
            self.stderr.write(f"  not read  {one.where}: {one.why}")
        return bool(outcome.saved)

    def tell(self, percent: int) -> None:
        """Print the progress where somebody watches."""
        if self.stdout.isatty():
            self.stdout.write(f"  {percent} %")


def find_project(name: str) -> Project:
    """Find a project by TEAM/PROJECT; without a name, the only one there is. Raises CommandError."""
    projects = Project.objects.select_related("team")
    if not name:
        found = list(projects[:2])
        if len(found) != 1:
            raise CommandError("There is not just one project; give --project TEAM/PROJECT.")
        return found[0]
    team, _, slug = name.partition("/")
    project = projects.filter(team__slug=team, slug=slug).first()
    if project is None:
        raise CommandError(f"There is no project {name!r}; give it as TEAM/PROJECT.")
    return project


def read_path(path: Path) -> list[SourceFile]:
    """Read a file, or every file below a folder. Raises OSError."""
    if not path.is_dir():
        return [SourceFile(path.name, path.read_bytes())]
    return [SourceFile(one.relative_to(path).as_posix(), one.read_bytes()) for one in files_below(path)]


def files_below(folder: Path) -> Iterable[Path]:
    """List the files of a folder, without hidden ones."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not any(p.startswith(".") for p in path.relative_to(folder).parts)]
