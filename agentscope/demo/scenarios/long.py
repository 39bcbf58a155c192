"""A long run for scrolling: some six hundred steps over many files, with the context compacted on the way."""

from collections.abc import Iterator
from datetime import timedelta

from agentscope.demo.calls import Edit, Read, Shell
from agentscope.demo.outputs import tsc, tsc_error, vitest
from agentscope.demo.script import Compaction, End, Item, Prompt, Script, Turn

RESOURCES = [
    "accounts",
    "baskets",
    "brands",
    "bundles",
    "campaigns",
    "carriers",
    "categories",
    "channels",
    "claims",
    "consents",
    "contracts",
    "countries",
    "coupons",
    "currencies",
    "customers",
    "deliveries",
    "deposits",
    "devices",
    "discounts",
    "disputes",
    "documents",
    "domains",
    "drafts",
    "editions",
    "events",
    "exports",
    "feeds",
    "fees",
    "flags",
    "gifts",
    "grants",
    "groups",
    "holds",
    "hubs",
    "images",
    "imports",
    "incidents",
    "invites",
    "items",
    "journals",
    "keys",
    "labels",
    "leads",
    "ledgers",
    "listings",
    "locales",
    "logs",
    "markets",
    "memberships",
    "menus",
    "messages",
    "notes",
    "offers",
    "options",
    "orders",
    "packages",
    "pages",
    "partners",
    "payouts",
    "permits",
    "phones",
    "plans",
    "pledges",
    "policies",
    "prices",
    "products",
    "profiles",
    "proposals",
    "promos",
    "quotas",
    "quotes",
    "rates",
    "receipts",
    "refunds",
    "regions",
    "rentals",
    "reports",
    "returns",
    "reviews",
    "rewards",
    "roles",
    "rules",
    "sales",
    "seasons",
    "segments",
    "sellers",
    "shifts",
    "shops",
    "sizes",
    "slots",
    "sources",
    "stocks",
    "stores",
    "subscriptions",
    "suppliers",
    "surveys",
    "tags",
    "tasks",
    "teams",
    "tenants",
    "terms",
    "themes",
    "tickets",
    "tiers",
    "tokens",
    "topics",
    "tours",
    "trades",
    "transfers",
    "units",
    "uploads",
    "vendors",
    "vouchers",
    "wallets",
]
SUMMARY = """Task: give every API client in clients/ a typed result instead of `any`.
Done so far: {done} of {all} files, in alphabetical order; the last one was clients/{last}.ts.
Way: read the file, replace `Promise<any>` and the cast by the type, run the compiler every third file.
Known trap: names that end in -ies have a singular in -y; the compiler finds the wrong ones (TS2304).
Next: clients/{next}.ts."""


def singular(resource: str) -> str:
    """Name the type of one resource, as naively as the agent does at first."""
    return resource.removesuffix("s").capitalize()


def true_name(resource: str) -> str:
    return f"{resource.removesuffix('ies')}y".capitalize() if resource.endswith("ies") else singular(resource)


def client(resource: str) -> str:
    return (
        'import { get } from "../lib/fetch.js";\n'
        f'import type {{ {true_name(resource)} }} from "../types.js";\n\n'
        f"export async function list_{resource}(page = 1): Promise<any> {{\n"
        f'  return (await get("/{resource}", {{ page }})) as any;\n'
        "}\n"
    )


def edit(resource: str, name: str) -> Edit:
    return Edit(f"clients/{resource}.ts", f"Promise<any> {{\n  return (await get(\"/{resource}\", {{ page }})) as any;",
                f"Promise<{name}[]> {{\n  return await get<{name}[]>(\"/{resource}\", {{ page }});")  # fmt: skip


def build_of(wrong: list[str]) -> Shell:
    """Run the compiler; the names in `wrong` were guessed badly."""
    errors = [
        tsc_error(
            f"clients/{one}.ts", 4, 60, "TS2304", f"Cannot find name '{singular(one)}'.",
            f"export async function list_{one}(page = 1): Promise<{singular(one)}[]> {{", len(singular(one)),
        )
        for one in wrong
    ]  # fmt: skip
    return Shell(
        command="npx tsc --noEmit", output=tsc(*errors), exit=2 if errors else 0, seconds=4.2 + len(wrong)
    )


def items() -> Iterator[Item]:
    yield Prompt(
        text="Every client in clients/ returns `any`. Give each one its real type from types.ts. Go file by file."
    )
    wrong: list[str] = []
    for n, resource in enumerate(RESOURCES):
        if n and n % 44 == 0:
            facts = {"done": n, "all": len(RESOURCES), "last": RESOURCES[n - 1], "next": resource}
            yield Compaction(summary=SUMMARY.format(**facts))
        yield Turn(calls=[Read(f"clients/{resource}.ts")])
        yield Turn(text="" if n % 5 else f"Next is {resource}.", calls=[edit(resource, singular(resource))])
        wrong += [resource] if resource.endswith("ies") else []
        if n % 3 == 2:
            yield Turn(calls=[build_of(wrong)])
            for one in wrong:
                bad, good = singular(one), true_name(one)
                repair = Edit(f"clients/{one}.ts", f"Promise<{bad}[]> {{\n  return await get<{bad}[]>",
                              f"Promise<{good}[]> {{\n  return await get<{good}[]>")  # fmt: skip
                yield Turn(text=f"The singular of {one} is {good}.", calls=[repair])
            if wrong:
                yield Turn(calls=[build_of([])])
            wrong = []
    yield Turn(
        calls=[
            build_of([]),
            Shell(command="npm test", output=vitest({"tests/cart.test.ts": (2, 0)}), seconds=6),
        ]
    )
    yield Turn(
        text=f"All {len(RESOURCES)} clients return their own type now, no `any` is left. Build and tests are green."
    )
    yield End(outcome="tests green")


MIGRATION = Script(
    id="demo-long",
    name="Type all API clients",
    task="Every client in clients/ returns `any`. Give each one its real type.",
    agent_version="2.1.14",
    model="claude-sonnet-4-5",
    branch="chore/typed-clients",
    commit="be11ad0c44f2",
    ago=timedelta(hours=5, minutes=12),
    # What its metrics say: the calls that compacted the context are in no transcript, and in this sum.
    meta={
        "reported": {
            "cost_usd": 2.41,
            "lines": {"added": 238, "removed": 238},
            "active_seconds": {"cli": 1214},
        }
    },
    files={f"clients/{resource}.ts": client(resource) for resource in RESOURCES},
    items=list(items()),
)
