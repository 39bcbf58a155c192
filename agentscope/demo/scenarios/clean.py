"""A clean bug fix: read, understand, test, edit, green."""

from datetime import timedelta

from agentscope.demo.calls import Edit, Grep, Plan, Read, Shell
from agentscope.demo.outputs import tsc, vitest
from agentscope.demo.script import End, Prompt, Script, Turn

PLAN = (
    "Find how the coupon is rounded",
    "Round to the nearest cent",
    "Cover it with a test",
    "Run tests and build",
)
ANSWER = (
    "Totals with a coupon are now rounded to the nearest cent.\n\n"
    "- `lib/money.ts`: `percentOf` used `Math.trunc`, which always rounds towards zero. On 9.99 with 15 % off "
    "that is one cent too little. It rounds half up now.\n"
    "- `tests/cart.test.ts`: the case from the report (9.99 with 15 %), and one with many lines.\n\n"
    "Tests: 6 passed. Build: clean."
)

SCRIPT = Script(
    id="demo-clean",
    name="Cart total is one cent off with a coupon",
    task="Cart total is one cent off with a coupon",
    agent_version="2.1.17",
    branch="fix/coupon-rounding",
    commit="41c7be02aa19",
    ago=timedelta(minutes=58),
    items=[
        Prompt(
            text="Cart total is one cent off with a coupon.\n\nA cart with one item for 9.99 and 15 % off shows 8.50, "
            "the invoice says 8.49. Find out why, fix it, add a test."
        ),
        Turn(
            text="I will start where the total is computed.",
            thinking="9.99 * 0.15 = 1.4985. Rounded 1.50 → 8.49; truncated 1.49 → 8.50. So somewhere it truncates.",
            calls=[Plan(PLAN), Read("routes/cart.ts"), Read("lib/money.ts")],
        ),
        Turn(
            text="`percentOf` goes through `cents`, which truncates: 149.85 becomes 149. Who else relies on that?",
            calls=[Grep("percentOf|cents\\(")],
        ),
        Turn(
            text="Only the cart. I will round in `percentOf` and leave `cents` as it is.",
            calls=[
                Plan(PLAN, 1),
                Edit(
                    "lib/money.ts",
                    "/** What `percent` of an amount is, in cents. */\n"
                    "export function percentOf(amount: Cents, percent: number): Cents {\n"
                    "  return cents((amount * percent) / 100);\n",
                    "/** What `percent` of an amount is, rounded half up to whole cents. */\n"
                    "export function percentOf(amount: Cents, percent: number): Cents {\n"
                    "  return cents(Math.round((amount * percent) / 100));\n",
                ),
            ],
        ),
        Turn(
            text="Now the test from the report.",
            calls=[
                Read("tests/cart.test.ts"),
                Edit(
                    "tests/cart.test.ts",
                    '  it("takes the coupon off", () => {\n'
                    '    expect(total({ id: "c", lines: [line(2000)], couponPercent: 10 })).toBe(1800);\n'
                    "  });\n",
                    '  it("takes the coupon off", () => {\n'
                    '    expect(total({ id: "c", lines: [line(2000)], couponPercent: 10 })).toBe(1800);\n'
                    "  });\n\n"
                    '  it("rounds the coupon to the nearest cent", () => {\n'
                    '    expect(total({ id: "c", lines: [line(999)], couponPercent: 15 })).toBe(849);\n'
                    "  });\n\n"
                    '  it("rounds once, not for each line", () => {\n'
                    "    const lines = [line(333), line(333), line(333)];\n"
                    '    expect(total({ id: "c", lines, couponPercent: 15 })).toBe(849);\n'
                    "  });\n",
                ),
            ],
        ),
        Turn(
            text="",
            calls=[
                Plan(PLAN, 3),
                Shell(
                    command="npm test",
                    output=vitest({
                        "tests/cart.test.ts": (4, 0), "tests/session.test.ts": (1, 0), "tests/checkout.test.ts": (1, 0),
                    }),
                    seconds=5.8,
                ),
                Shell(command="npm run build", output=tsc(), seconds=4.9),
            ],
        ),
        Turn(text="", calls=[Plan(PLAN, 4), Shell(command="git diff --stat", output=" lib/money.ts      | 4 ++--\n"
                       " tests/cart.test.ts | 9 +++++++++\n 2 files changed, 11 insertions(+), 2 deletions(-)\n", seconds=0.03)]),
        Turn(text=ANSWER),
        End(outcome="tests green"),
    ],
)  # fmt: skip
