"""An experiment: eight tasks, two prompts, two tries each. One prompt is cheaper, and succeeds more often."""

from datetime import timedelta
from random import Random

from agentscope.demo.calls import Call, Edit, Grep, Read, Shell
from agentscope.demo.dialects import OWN_LOOP
from agentscope.demo.outputs import tsc, vitest, vitest_failure
from agentscope.demo.script import Delegation, End, Final, Item, Prompt, Script, Turn

PROMPT = """You fix one issue in a repository. You work with tools, without a human beside you.

# How to work
{how}
# Rules
- Change as little as the issue needs. No new dependency.
- Run `npm test` before you answer; an answer with red tests is no answer.
- Answer in at most 80 words: what was wrong, what you changed, what proves it.

# Where you are
Working directory: {root}
Session: {session}
"""
HOW = {
    "thorough": """1. Read the README, the configuration and every file the issue may touch.
2. Write a plan of all steps before you change anything.
3. Think about alternatives, and say why you drop them.
4. Fix it, run all checks, and look at your own diff once more.
""",
    "test-first": """1. Read the file the issue names, and nothing else.
2. Say in one sentence what is wrong.
3. Fix it, then run the tests. When they are red, read what they say before you edit again.
""",
}


class Task:
    """One issue with its fix: what to replace in which file. `passed` says which tries succeed, by variant."""

    def __init__(self, words: str, path: str, old: str, new: str, **passed: str) -> None:
        self.words, self.path, self.old, self.new = words, path, old, new
        self.passed = {"thorough": passed["thorough"], "test-first": passed["lean"]}


TASKS = (
    Task("Amounts are cut to whole cents instead of rounded half up.", "lib/money.ts",
         "return Math.trunc(value) as Cents;", "return Math.round(value) as Cents;", thorough="11", lean="11"),
    Task("Post codes of two characters are refused, but exist in Iceland's old addresses.", "lib/address.ts",
         "{3,10}$/", "{2,10}$/", thorough="11", lean="11"),
    Task("A coupon may take 60 % off; the limit should be 50 %.", "config/default.ts",
         "maxPercent: 60,", "maxPercent: 50,", thorough="10", lean="11"),
    Task("The frozen clock changes when the date it was given changes.", "lib/clock.ts",
         "  frozen = at;", "  frozen = at === null ? null : new Date(at);", thorough="10", lean="11"),
    Task("A token whose scope is no list crashes the middleware.", "auth/tokens.ts",
         "scope: (payload.scope as string[]) ?? []", "scope: Array.isArray(payload.scope) ? payload.scope : []",
         thorough="01", lean="10"),
    Task("A handler that throws before its first await takes the server down.", "lib/http.ts",
         "handler(req, res).catch(next);", "Promise.resolve().then(() => handler(req, res)).catch(next);",
         thorough="00", lean="11"),
    Task("Refunds should carry the reason that support gives.", "payments/intents.ts",
         "amount?: Cents): Promise<Stripe.Refund>", "amount?: Cents, reason?: string): Promise<Stripe.Refund>",
         thorough="11", lean="01"),
    Task("Orders never hear of failed payments.", "payments/webhooks.ts",
         '    if (event.type === "payment_intent.succeeded") {',
         '    if (event.type === "payment_intent.payment_failed") {\n'
         "      await res.locals.orders.markFailed(event.data.object.metadata.cartId);\n    }\n"
         '    if (event.type === "payment_intent.succeeded") {', thorough="00", lean="10"),
)  # fmt: skip


def attempt(number: int, variant: str, nth: int) -> Script:
    """Write one try of a task."""
    task, chance = TASKS[number], Random(f"{number} {variant} {nth}")
    passes = task.passed[variant][nth] == "1"
    session = f"{chance.getrandbits(32):08x}-5f1e-4c0d-9b2a-{chance.getrandbits(48):012x}"
    home = f"/home/bench/w{chance.randrange(10, 99)}"
    prompt = PROMPT.format(how=HOW[variant], root=f"{home}/checkout-service", session=session)
    items: list[Item] = [Prompt(text=task.words)]
    items += look_around(task) if variant == "thorough" else []
    items += [
        Turn(text=f"`{task.path}` first.", calls=[Read(task.path)]),
        Turn(text="That is the line.", calls=[Edit(task.path, task.old, task.new)]),
        *tests(passes, chance, again=variant == "thorough" or not passes),
        Final(text="Fixed, and the tests are green." if passes else "I could not get the tests green."),
        End(status="done", outcome="resolved" if passes else "unresolved"),
    ]
    return Script(
        id=f"demo-fix-{number + 1}-{variant}-{nth + 1}", name=task.words, task=task.words, items=items,
        ago=timedelta(days=3, minutes=40 * (number * 4 + nth * 2 + (variant == "thorough"))),
        agent="fix-loop", agent_version="0.9.2", dialect=OWN_LOOP, home=home, commit="9e107d9d372b",
        variant=variant, system=prompt, start={"prompt_name": "fixer"},
    )  # fmt: skip


def look_around(task: Task) -> list[Item]:
    """Read far more than the task needs."""
    calls: list[Call | Delegation] = [
        Read("README.md"),
        Read("package.json"),
        Read("config/default.ts"),
        Read("server.ts"),
    ]
    name = task.path.rpartition("/")[2].removesuffix(".ts")
    thought = (
        "The issue may touch several layers. I weigh a change at the edge against one in the library. " * 6
    )
    return [
        Turn(text="I will read what may matter before I plan.", thinking=thought, calls=calls),
        Turn(text="Who depends on it?", thinking=thought, calls=[Grep(name), Read("routes/cart.ts")]),
        Turn(
            text="Before I change anything, all tests as they are.",
            calls=[Shell(command="npm test", output=green(), seconds=6.1)],
        ),
    ]


def tests(passes: bool, chance: Random, *, again: bool) -> list[Item]:
    """Run the tests, and once more after a second look."""
    last = Shell(
        command="npm test",
        output=green() if passes else red(),
        seconds=round(chance.uniform(4, 7), 1),
        exit=0 if passes else 1,
    )
    if not again:
        return [Turn(text="Now the tests.", calls=[last])]
    look = [Turn(text="A second look at the diff.", thinking="Is there a smaller change? " * 12,
                 calls=[Shell(command="npm run build", output=tsc(), seconds=4.6)])]  # fmt: skip
    return [Turn(text="Now the tests.", calls=[last]), *look, Turn(text="Once more.", calls=[last])]


def green() -> str:
    """What the tests print when they pass."""
    return vitest(
        {"tests/cart.test.ts": (2, 0), "tests/session.test.ts": (1, 0), "tests/checkout.test.ts": (1, 0)}
    )


def red() -> str:
    """What they print when one fails."""
    failure = vitest_failure("tests/checkout.test.ts", "checkout answers 200", "AssertionError", "200", "500")
    files = {"tests/cart.test.ts": (2, 0), "tests/session.test.ts": (1, 0), "tests/checkout.test.ts": (0, 1)}
    return vitest(files, failures=failure)


SCRIPTS = [
    attempt(number, variant, nth) for number in range(len(TASKS)) for variant in HOW for nth in range(2)
]
