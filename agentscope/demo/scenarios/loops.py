"""Own agent loops: a nightly bot, a local model without a price, a pair of agents with a guardrail."""

from datetime import timedelta

from agentscope.demo.calls import Edit, Grep, Other, Read, Shell, Write
from agentscope.demo.dialects import OWN_LOOP
from agentscope.demo.outputs import tsc, tsc_error, vitest
from agentscope.demo.script import End, Final, Note, Prompt, Script, Turn

LOG = """4.12.0..HEAD
9f3c2a1 fix(auth): do not shorten sessions east of Greenwich
41c7be0 fix(money): round coupons half up
c0ffee1 feat(payments): idempotency keys
7d20f9e refactor: one address check
be11ad0 chore: typed API clients
"""
NOTES = """## 4.12.1

- Sessions last one hour in every time zone.
- A coupon can no longer be one cent off.
- A double click cannot charge a card twice.
"""

RELEASE_NOTES = Script(
    id="demo-release-notes",
    name="Release notes for 4.12.1",
    task="Write the release notes since 4.12.0 for customers.",
    agent="release-bot",
    model="gpt-5.2",
    commit="9f3c2a1d0b6e",
    dialect=OWN_LOOP,
    ago=timedelta(minutes=41),
    meta={"trigger": "cron", "job": 8812},
    items=[
        Prompt(text="Write the release notes since 4.12.0 for customers. Leave out what they cannot see."),
        Turn(calls=[Shell(command="git log --oneline 4.12.0..HEAD", output=LOG, seconds=0.04)]),
        Turn(
            text="Three of five concern customers.",
            calls=[Write("docs/releases/4.12.1.md", NOTES)],
        ),
        Final(text=NOTES),
        End(outcome="written"),
    ],
)

WRONG_IMPORT = tsc_error(
    "routes/cart.ts", 3, 15, "TS2305", "Module '\"../lib/money.js\"' has no exported member 'Money'.",
    'import { type Money, add, percentOf, times } from "../lib/money.js";', 5,
)  # fmt: skip

LOCAL_MODEL = Script(
    id="demo-local-model",
    name="Rename Cents to Money",
    task="Rename the type Cents to Money everywhere.",
    agent="loop.py",
    model="acme-coder-32b",
    branch="chore/money",
    commit="41c7be02aa19",
    dialect=OWN_LOOP,
    ago=timedelta(hours=2, minutes=2),
    items=[
        Prompt(text="Rename the type Cents to Money everywhere."),
        Turn(text="I search for the type.", calls=[Grep("Cents")]),
        Turn(
            text="I start with the route.",
            calls=[Edit("routes/cart.ts", "import { type Cents, add,", "import { type Money, add,")],
        ),
        Turn(text="I build.", calls=[Shell(command="npm run build", output=tsc(WRONG_IMPORT), exit=2, seconds=5.2)]),
        Turn(
            text="The definition must be renamed, too.",
            calls=[
                Edit("lib/money.ts", "export type Money =", "export type Money = "),
                Read("lib/money.ts"),
                Edit("lib/money.ts", "export type Cents = number", "export type Money = number"),
            ],
        ),
        Turn(text="I rename the rest.", calls=[
            Shell(command="grep -rl Cents --include=*.ts . | xargs sed -i 's/\\bCents\\b/Money/g'", seconds=0.06, replaces=(
                ("lib/money.ts", "Cents", "Money"), ("routes/cart.ts", "Cents", "Money"),
                ("payments/intents.ts", "Cents", "Money"),
            )),
        ]),
        Turn(text="I build.", calls=[Shell(command="npm run build", output=tsc(), seconds=5.0)]),
        Final(text="Cents is called Money now, in 3 files. The build is green."),
        End(outcome="build green"),
    ],
)  # fmt: skip

SUPPORT = Script(
    id="demo-support",
    name="Refund for order 88213",
    task="Customer asks for a refund of order 88213, paid twice.",
    agent="support-crew",
    model="gpt-5.2",
    repo="checkout-service",
    dialect=OWN_LOOP,
    ago=timedelta(hours=3, minutes=47),
    meta={"ticket": "SUP-4410"},
    items=[
        Prompt(text="Customer asks for a refund of order 88213, paid twice. Check, and refund if that is true."),
        Note(kind="guardrail", fields={"name": "no personal data", "passed": True, "text": "Ticket text", "duration_ms": 210}),
        Turn(calls=[Other(name="find_orders", given={"order": 88213}, output='{"order": 88213, "total": 4990, "currency": '
                          '"EUR", "payments": ["pi_3Qa", "pi_3Qb"]}', seconds=0.31)]),
        Turn(text="Two payments for one order. Billing has to decide."),
        Note(kind="handoff", fields={"name": "triage → billing", "to": "billing", "text": "Order 88213 was paid twice."}),
        Turn(calls=[Other(name="refund", given={"payment": "pi_3Qb", "amount": 49900}, seconds=0.5,
                          output="amount 49900 is more than was paid (4990)", error="amount 49900 is more than was paid (4990)")]),
        Note(kind="guardrail", fields={"name": "refund limit", "passed": False, "duration_ms": 4,
                                       "error": "A refund of 499.00 EUR needs a human; the limit is 100.00 EUR."}),
        Turn(text="The amount is in cents already. 49.90 EUR.", calls=[
            Other(name="refund", given={"payment": "pi_3Qb", "amount": 4990}, output='{"refund": "re_71", "status": '
                  '"succeeded"}', seconds=0.9)]),
        Final(text="Order 88213 was paid twice; the second payment of 49.90 EUR was refunded (re_71)."),
        End(outcome="refunded"),
    ],
)  # fmt: skip

FLAKY = Script(
    id="demo-flaky",
    name="Is the checkout test flaky?",
    task="Run the checkout test until it fails.",
    agent="loop.py",
    model="claude-haiku-4-5",
    branch="main",
    commit="e5b1c0937fd2",
    dialect=OWN_LOOP,
    ago=timedelta(hours=6, minutes=8),
    items=[
        Prompt(text="Run the checkout test until it fails, at most five times. Then say why."),
        *[
            Turn(
                calls=[
                    Shell(
                        command="npm test -- checkout",
                        output=vitest({"tests/checkout.test.ts": (1, 0)}),
                        seconds=3.1,
                    )
                ]
            )
            for _ in range(5)
        ],
        Final(text="Five runs, five times green. I could not make it fail."),
        End(outcome="tests green"),
    ],
)

SCRIPTS = [RELEASE_NOTES, LOCAL_MODEL, SUPPORT, FLAKY]
