"""Measure every page over what a team stores in months: 200,000 runs in a list, runs of 33,000 steps.

    .venv/bin/python -m bench.pages     (`make bench` runs this and the others)

Times are those of a client on the same machine, over HTTP against the running web process, from the request
to the last byte; CPU is what the product used meanwhile, database included, which other load changes less.
Queries are counted by the same views in this process, on the same database.
"""

import http.client
import os
import random
import statistics
import time
from collections.abc import Iterator

from bench.beside import STEPS, alignment_rows, beside_pages, pair_runs
from bench.events import Product
from bench.report import Report

RUNS, FEW_RUNS = 200_000, 1_000
TIMES, MOST_SECONDS = 30, 5
#: Pages of the list, by name: query string, bar in milliseconds.
LISTS = {
    "list": "",
    "list, page 2,000": "?before={deep}",
    "list: status": "?status=failed",
    "list: agent": "?agent=codex",
    "list: model": "?model=kimi-k2.5",
    "list: repository": "?repo=repo-39",
    "list: failures": "?failures=1",
    "list: last 24 hours": "?when=24h",
    "list: last 30 days": "?when=30d",
    "list: four filters": "?agent=codex&model=kimi-k2.5&repo=repo-38&status=unfinished",
    "list: variant, by label": "?variant=arm-3",
    "list: variant, by version": "?variant=own-loop+v3",
    "list: prompt": "?prompt={version}",
    "list: task": "?task={task}",
    "list: branch": "?branch=fix/4711",
    "list: commit": "?commit={commit}",
    "list: agent version of all": "?version=2.1.0",
    "list: agent version of none": "?version=0.0.1",
    "list: failed tries of a variant": "?variant=arm-3&result=failed",
    "list: text in many": "?q=session",
    "list: text in ten": "?q=zanzibar",
    "list: text in none": "?q=nowhere+to+be+found",
}
#: Prompts of the many runs; tasks by variant (tasks × variants × tries): path and bar in milliseconds.
PROMPTS = {
    "prompts": ("many/prompts/", 300),
    "prompt": ("many/prompts/{version}/", 300),
    "experiments: 1,000 × 2 × 5": ("tried/experiments/", 300),
    "experiments: 1,000 × 2 × 5, by task": ("tried/experiments/?sort=task&page=10", 300),
    "experiments: 1,000 × 20 × 2": ("wide/experiments/", 1_000),
    "experiments: last 7 days of many runs": ("many/experiments/?when=7d", 1_000),
    "experiments: newest 50,000 of many runs": ("many/experiments/?tasks=all", 1_000),
}
#: Pages over a project's tools and runs, which have many million steps in all.
TOOLS = {
    "tools: 24 hours": "tools/?when=24h",
    "tools: 7 days": "tools/",
    "tools: 30 days": "tools/?when=30d",
    "tools: 30 days, one repository": "tools/?when=30d&repo=repo-0",
    "tools: 30 days, agent and repository": "tools/?when=30d&repo=repo-0&agent=codex",
    "tools: 30 days, by repository": "tools/?when=30d&by=repo",
    "failed calls that asked the same": "calls/?when=30d&failed=1&tool=Bash&asked=npm+run+check+--+part-7",
    "calls of a tool": "calls/?when=30d&tool=Bash",
    "failed calls": "calls/?when=30d&failed=1",
    "overview: 7 days": "overview/",
    "overview: 30 days": "overview/?when=30d",
    "overview: 30 days, one repository": "overview/?when=30d&repo=repo-0",
}
#: Pages over what rules said of a project's runs.
FINDINGS = {
    "findings: cards": "findings/",
    "findings: resolved": "findings/?state=resolved",
    "findings of a signature": "findings/tool-loop/",
    "overview: 30 days, agent and repository": "overview/?when=30d&repo=repo-0&agent=codex",
}
#: Reports over two sides of runs.
REPORTS = {
    "comparison of 2 × 200 runs, paired": "cohort/reports/?a.variant=terse&b.variant=thorough",
    "the same as a file": "cohort/reports/export/?a.variant=terse&b.variant=thorough&format=html",
    "comparison of 2 × 2,000 runs": "many/reports/?a.agent=codex&b.agent=claude-code",
    "form of a comparison": "many/reports/",
}
LIST_BAR, RUN_BARS, DIFF_BAR, OTHER_BAR = 50, {"1k": 150, "20k": 300, "33k": 300}, 300, 300
#: Addresses of a run that are no such page: takeaways, as long as the run; and what is only posted to.
NO_PAGES = {"export", "summary", "judge"}


def main() -> None:
    product = Product()
    try:
        bench = Bench(product)
        report = Report("pages")
        bench.seed()
        head = ["page", "p50 ms", "p95 ms", "bar ms", "CPU ms", "queries", "kB"]
        lists = bench.rows(bench.list_pages())
        report.table(f"The list of {RUNS:,} runs (bar 50 ms, aim 20, at most 12 queries)", head, lists)
        tools = bench.rows(bench.tool_pages())
        report.table(
            f"Tools of {bench.tool_calls():,} calls (sums seeded straight; at most 12 queries)", head, tools
        )
        findings = bench.rows(bench.finding_pages())
        report.table(
            f"{bench.findings():,} findings of the {RUNS:,} runs (at most 12 queries)", head, findings
        )
        reports = bench.rows(bench.report_pages())
        report.table("Comparisons of two sides of runs (at most 12 queries)", head, reports)
        prompts = bench.rows(bench.prompt_pages())
        report.table(f"Prompts of {RUNS:,} runs, and experiments (at most 12 queries)", head, prompts)
        runs = bench.rows(bench.run_pages())
        report.table("Runs of 1,000, 20,000 and 33,000 steps (bar 200 kB)", head, runs)
        report.table("Everything else of the run of 20,000 steps", head, bench.rows(bench.other_pages()))
        report.table(
            f"Two runs of {STEPS:,} steps, from the database to aligned rows",
            ["", "p50 ms", "CPU ms", "bar ms", ""],
            alignment_rows(bench.runs),
        )
        report.table("Runs beside each other", head, bench.rows(beside_pages("/bench/long/", bench.runs)))
        report.table("Growth: the same page over more", ["", "p50 ÷ p50", "queries"], bench.growth())
        report.save()
    finally:
        product.stop()


class Bench:
    """The product with its recordings, a member's session, and what was measured."""

    def __init__(self, product: Product) -> None:
        self.product = product
        os.environ["AGENTSCOPE_DATA"] = str(product.data)
        os.environ["DJANGO_SETTINGS_MODULE"] = "agentscope.settings"
        import django

        django.setup()
        from django.test import Client

        from teams.actions import create_project, create_team
        from teams.models import User

        user = User.objects.create_user("bench@example.com", None)
        team = create_team("bench", user)
        names = ("many", "few", "long", "cohort", "tried", "wide")
        self.projects = {name: create_project(team, name) for name in names}
        self.client = Client(HTTP_HOST="127.0.0.1")
        self.client.force_login(user)
        self.headers = {"Cookie": f"sessionid={self.client.cookies['sessionid'].value}"}
        self.connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
        self.found: dict[str, tuple[float, int]] = {}

    def seed(self) -> None:
        from django.db import connection

        from bench.seeding import long_run, run_with_diff, run_with_result, seed_runs, seed_texts, seed_tools
        from bench.seeding_cohort import seed_cohort
        from bench.seeding_findings import seed_findings
        from bench.seeding_prompts import seed_prompts, seed_tries
        from bench.store import NOW
        from runs.models import Run
        from runs.store import save

        seed_runs(self.projects["many"], RUNS)
        seed_runs(self.projects["few"], FEW_RUNS)
        seed_tools(self.projects["many"])
        seed_findings(self.projects["many"])
        seed_prompts(self.projects["many"])
        seed_tries(self.projects["tried"], tasks=1_000, variants=2, tries=5)
        seed_tries(self.projects["wide"], tasks=1_000, variants=20, tries=2)
        seed_texts()
        seed_cohort(self.projects["cohort"])
        batches = [run_with_result("5MB", 5_000_000), run_with_diff("diff", 14, 10_000)]
        for name, steps, agents in (
            ("1k", 1_000, 4),
            ("20k", 20_000, 40),
            ("33k", 33_000, 40),
            ("lanes", 1_000, 20),
        ):
            batches += long_run(name, steps, agents=agents)
        batches += pair_runs()
        for batch in batches:
            save(self.projects["long"], batch, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        runs = Run.objects.filter(project=self.projects["long"])
        self.runs = dict(runs.values_list("external_id", "id"))

    def list_pages(self) -> Iterator[tuple[str, str, int]]:
        from runs.models import Run
        from runs.views.filters import write_cursor

        many = Run.objects.filter(project=self.projects["many"]).order_by("-sort_at", "-id")
        deep = write_cursor(*many.values_list("sort_at", "id")[RUNS // 2])
        yield f"list of {FEW_RUNS:,}", "/bench/few/", LIST_BAR
        for name, query in LISTS.items():
            yield name, "/bench/many/" + query.format(deep=deep, **self.compared()), LIST_BAR
        yield "rows", "/bench/many/rows/", LIST_BAR
        yield "sums of a text in many (after the page)", "/bench/many/sums/?q=session", OTHER_BAR * 10
        for name in ("agent", "model", "repo"):
            yield f"menu: {name}", f"/bench/many/choices/{name}/", LIST_BAR

    def compared(self) -> dict[str, str]:
        """Take a prompt, a task and a commit of one of the many runs."""
        from runs.models import Run

        run = Run.objects.get(project=self.projects["many"], external_id="run-100")
        task = bytes(run.task_key or b"").hex()
        return {"version": str(run.prompt), "task": task, "commit": run.commit}

    def prompt_pages(self) -> Iterator[tuple[str, str, int]]:
        for name, (path, bar) in PROMPTS.items():
            yield name, "/bench/" + path.format(**self.compared()), bar

    def tool_pages(self) -> Iterator[tuple[str, str, int]]:
        for name, path in TOOLS.items():
            yield name, f"/bench/many/{path}", OTHER_BAR

    def finding_pages(self) -> Iterator[tuple[str, str, int]]:
        for name, path in FINDINGS.items():
            yield name, f"/bench/many/{path}", OTHER_BAR

    def report_pages(self) -> Iterator[tuple[str, str, int]]:
        for name, path in REPORTS.items():
            yield name, f"/bench/{path}", OTHER_BAR * (4 if "2,000" in name else 1)

    def tool_calls(self) -> int:
        from django.db.models import Sum

        from runs.models import ToolPart

        return int(ToolPart.objects.aggregate(calls=Sum("calls"))["calls"])

    def findings(self) -> int:
        from runs.models import Finding

        return int(Finding.objects.filter(project=self.projects["many"]).count())

    def run_pages(self) -> Iterator[tuple[str, str, int]]:
        for name, bar in RUN_BARS.items():
            yield f"run of {name}", self.url(name), bar
        yield "run with 20 sub-agents", self.url("lanes"), RUN_BARS["1k"]
        for name, bar in RUN_BARS.items():
            middle = int(name.removesuffix("k")) * 500
            yield f"{name}: at the middle step", f"{self.url(name)}?step={middle}", bar
            yield f"{name}: next window", f"{self.url(name)}timeline/?after={middle}", bar
            yield f"{name}: window before", f"{self.url(name)}timeline/?before={middle}", bar
            yield f"{name}: page with what was found", f"{self.url(name)}?find=zanzibar", bar
        yield "20k: lane of 250 steps", f"{self.url('20k')}timeline/?lane=3", RUN_BARS["20k"]
        yield "step with 5 MB", f"{self.url('5MB')}?step=0", OTHER_BAR
        yield "14 files, 10,000 changed lines", f"{self.url('diff')}changes/", DIFF_BAR

    def other_pages(self) -> Iterator[tuple[str, str, int]]:
        """Ask for whatever page a run has, found in the URL conf."""
        from django.urls import NoReverseMatch, reverse

        from runs.urls import urlpatterns

        known = {"run_id": self.runs["20k"], "seq": 10_000, "number": 3, "name": "agent", "column": "tool"}
        queries = {"find": "?q=session", "file": "?path=src/module_7.py", "strip_range": "?from=100&to=15000"}
        for pattern in urlpatterns:
            names = set(pattern.pattern.converters)
            given = {"team": "bench", "project": "long"} | {key: known[key] for key in names & known.keys()}
            if "run_id" not in names or pattern.name in NO_PAGES:
                continue
            try:
                path = reverse(f"runs:{pattern.name}", kwargs=given) + queries.get(pattern.name, "")
            except NoReverseMatch:
                continue
            if self.client.get(path).status_code == 200:
                yield str(pattern.name), path, OTHER_BAR

    def url(self, run: str) -> str:
        return f"/bench/long/runs/{self.runs[run]}/"

    def rows(self, pages: Iterator[tuple[str, str, int]]) -> list[list[str]]:
        return [self.measure(*page) for page in pages]

    def measure(self, name: str, path: str, bar: int) -> list[str]:
        size, times, began, cpu = self.ask(path)[1], [], time.monotonic(), self.product.cpu()[0]
        while len(times) < TIMES and (time.monotonic() - began < MOST_SECONDS or len(times) < 3):
            times.append(self.ask(path)[0])
        used = (self.product.cpu()[0] - cpu) / len(times) * 1000
        times.sort()
        p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
        queries = self.queries(path)
        self.found[name] = (p50, queries)
        cpu_ms = f"{used:.0f}" if used > 0 else "–"  # a process of the product ended meanwhile
        return [name, f"{p50:.1f}", f"{p95:.1f}", str(bar), cpu_ms, str(queries), f"{size / 1000:.0f}"]

    def ask(self, path: str) -> tuple[float, int]:
        """Ask for a page; return milliseconds until its last byte, and its bytes."""
        began = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        size = len(answer.read())
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {path}")
        time.sleep(random.random() / 100)
        return took, size

    def queries(self, path: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            self.client.get(path)
        return len(queries)

    def growth(self) -> list[list[str]]:
        """Compare pages over much with the same pages over little."""
        pairs = {
            f"list of {RUNS:,} ÷ of {FEW_RUNS:,} runs": ("list", f"list of {FEW_RUNS:,}"),
            "run of 20,000 ÷ of 1,000 steps": ("run of 20k", "run of 1k"),
            "run of 33,000 ÷ of 1,000 steps": ("run of 33k", "run of 1k"),
            "window in the middle, 20,000 ÷ 1,000": ("20k: next window", "1k: next window"),
        }
        table = []
        for words, (much, little) in pairs.items():
            (time_much, queries), (time_little, queries_little) = self.found[much], self.found[little]
            table.append([words, f"{time_much / time_little:.2f}", f"{queries} · {queries_little}"])
        return table


if __name__ == "__main__":
    main()
