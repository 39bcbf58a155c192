"""Small runs of well-known agents: conversations with more than one prompt, other models, the second repository."""

from datetime import timedelta

from agentscope.demo.calls import Edit, Grep, Plan, Read, Shell
from agentscope.demo.dialects import CODEX, GEMINI
from agentscope.demo.outputs import RED, paint, pytest, tsc, vitest
from agentscope.demo.script import End, Permission, Prompt, Script, Turn

DECEMBER_FAILURES = "\n".join([
    "=" * 35 + " FAILURES " + "=" * 35,
    paint("_________________________ test_balance_includes_the_day _________________________", 1, RED),
    "    def test_balance_includes_the_day():",
    paint("E       AssertionError: assert Decimal('10.00') == Decimal('12.50')", RED),
    "tests/test_balances.py:13: AssertionError",
    paint("___________________________ test_month_end_in_december ___________________________", 1, RED),
    "    def test_month_end_in_december():",
    paint("E       ValueError: month must be in 1..12", RED),
    "ledger/balances.py:17: ValueError",
])  # fmt: skip

MONTH_END = Script(
    id="demo-month-end",
    name="Statements fail in December",
    task="The nightly statement job has been failing since the 1st. Fix it.",
    agent="codex",
    agent_version="0.63.0",
    model="gpt-5.2",
    repo="ledger-api",
    branch="main",
    commit="0aa94d17e2c8",
    dialect=CODEX,
    ago=timedelta(hours=1, minutes=12),
    items=[
        Prompt(text="The nightly statement job has been failing since the 1st of December. Fix it."),
        Turn(thinking="December: month + 1 = 13. Look at the code and run the tests.", calls=[
            Shell(command="git log --oneline -5 && ls", output="0aa94d1 export: add text column\n8813bde balances: use "
                  "Decimal\n2f0c771 postings: freeze\n\nledger  pyproject.toml  tests\n", seconds=0.05),
            Read("ledger/balances.py"),
        ]),
        Turn(text="`month_end` adds 1 to 12. The tests should show it.", calls=[
            Shell(command="python -m pytest -q", exit=1, seconds=1.4, output=pytest(
                ["tests/test_balances.py FF"], failures=DECEMBER_FAILURES, failed=2, seconds=0.34)),
        ]),
        Turn(text="Two bugs: December, and the last day of the month is left out of the balance (`<` instead of `<=`).", calls=[
            Edit("ledger/balances.py",
                 "    first = date(moment.year, moment.month + 1, 1)\n    return date.fromordinal(first.toordinal() - 1)\n",
                 "    days = monthrange(moment.year, moment.month)[1]\n    return date(moment.year, moment.month, days)\n"),
            Edit("ledger/balances.py", "if p.posted_at.date() < day)", "if p.posted_at.date() <= day)"),
            Edit("ledger/balances.py", "from collections.abc import Iterable\n",
                 "from calendar import monthrange\nfrom collections.abc import Iterable\n"),
        ]),
        Turn(calls=[Shell(command="python -m pytest -q", seconds=1.2, output=pytest(
            ["tests/test_balances.py .."], passed=2, seconds=0.09))]),
        Turn(text="Fixed: `month_end` works in December, and a balance includes its own day. Both tests pass. The second bug "
             "had been there all year; statements since January lack the postings of their last day."),
        End(outcome="tests green"),
    ],
)  # fmt: skip

CSV = Script(
    id="demo-csv",
    name="Export opens wrongly in Excel",
    task="Accountants say the CSV export opens in one column in Excel. Make it open right.",
    agent="gemini-cli",
    agent_version="0.18.4",
    model="gemini-3-pro-preview",
    repo="ledger-api",
    branch="fix/export",
    commit="8813bde40f11",
    dialect=GEMINI,
    ago=timedelta(hours=3, minutes=4),
    items=[
        Prompt(text="Accountants say the CSV export opens in one column in Excel. Make it open right."),
        Turn(text="I will read the export.", calls=[Read("ledger/export.py"), Grep("to_csv", "*.py")]),
        Turn(
            text="German Excel expects semicolons, and a byte order mark to recognise UTF-8.",
            calls=[
                Edit("ledger/export.py", "    writer = csv.writer(out)\n", '    writer = csv.writer(out, delimiter=";")\n'),
                Edit("ledger/export.py", "    return out.getvalue()\n", '    return "\\ufeff" + out.getvalue()\n'),
            ],
        ),
        Turn(calls=[Shell(command="python -m pytest -q", seconds=1.1, exit=1, output=pytest(
            ["tests/test_balances.py FF"], failures=DECEMBER_FAILURES, failed=2, seconds=0.31))]),
        Turn(text="Those two failures are in `balances.py` and were there before. The export writes semicolons and a BOM now."),
        Prompt(after=95.0, text="No, keep commas by default. Add a parameter for the delimiter instead."),
        Turn(calls=[
            Edit("ledger/export.py", "def to_csv(postings: list[Posting]) -> str:\n    \"\"\"Write postings as CSV.\"\"\"\n",
                 "def to_csv(postings: list[Posting], *, delimiter: str = \",\") -> str:\n"
                 "    \"\"\"Write postings as CSV; Excel with a German locale wants `;`.\"\"\"\n"),
            Edit("ledger/export.py", 'csv.writer(out, delimiter=";")', "csv.writer(out, delimiter=delimiter)"),
        ]),
        Turn(text="Commas are the default again; `to_csv(postings, delimiter=\";\")` is for Excel. The BOM stays: it harms nobody."),
        End(outcome="answered"),
    ],
)  # fmt: skip

STEPS = ("Read SESSION_TTL in the config", "Use it in sessions", "Document it", "Build")
SESSION_TTL = Script(
    id="demo-session-ttl",
    name="Make the session lifetime configurable",
    task="SESSION_TTL is parsed but nothing uses it. Wire it up.",
    agent_version="2.1.17",
    model="claude-sonnet-4-5",
    branch="main",
    commit="e5b1c0937fd2",
    ago=timedelta(hours=4, minutes=21),
    items=[
        Prompt(text="SESSION_TTL is parsed but nothing uses it. Wire it up."),
        Turn(text="Small change; three files.", calls=[Plan(STEPS), Read("config/env.ts"), Read("config/default.ts")]),
        Turn(calls=[
            Edit("config/default.ts", "    ttl: 3600,\n", "    ttl: env.SESSION_TTL ?? 3600,\n"),
            Edit("config/default.ts", "/** Defaults for every environment. ",
                 'import { env } from "./env.js";\n\n/** Defaults for every environment. '),
            Plan(STEPS, 2),
        ]),
        Permission(tool="Edit", question="README.md", wait=12.0),
        Turn(calls=[
            Edit("README.md", "Sessions live in Redis. Their lifetime is `session.ttl` in `config/default.ts`, in seconds.\n",
                 "Sessions live in Redis. Their lifetime is `SESSION_TTL` in seconds, 3600 unless it is set.\n"),
            Shell(command="npm run build && npm test", output=tsc() + vitest({
                "tests/session.test.ts": (2, 0), "tests/cart.test.ts": (2, 0)}), seconds=10.1),
            Plan(STEPS, 4),
        ]),
        Turn(text="`SESSION_TTL` sets the lifetime of sessions now, 3600 s without it. README updated, build and tests green."),
        End(outcome="tests green"),
    ],
)  # fmt: skip

SCRIPTS = [MONTH_END, CSV, SESSION_TTL]
