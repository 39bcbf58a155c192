"""A review by twenty sub-agents at once, one a file; the main agent then fixes what counts."""

from datetime import timedelta

from agentscope.demo.calls import Call, Edit, Grep, Read, Shell
from agentscope.demo.outputs import vitest
from agentscope.demo.script import Delegation, End, Prompt, Script, Turn

#: File -> what its reviewer looks for, and what it says.
FINDINGS = {
    "auth/middleware.ts": (
        "session",
        "`logout` drops the session, but leaves the cookie to the caller. Low.",
    ),
    "auth/session.ts": ("store", "No finding."),
    "auth/tokens.ts": ("secret|sign", "No finding: compared in constant time."),
    "config/default.ts": ("secret", "No finding."),
    "config/env.ts": ("process.env", "No finding."),
    "lib/address.ts": ("zod", "No finding."),
    "lib/clock.ts": ("Date", "No finding."),
    "lib/http.ts": ("handle", "No finding."),
    "lib/money.ts": ("Math", "No finding."),
    "package.json": ("express", "No finding: every version is pinned."),
    "payments/intents.ts": ("amount", "No finding."),
    "payments/webhooks.ts": (
        "STRIPE_WEBHOOK",
        "Without STRIPE_WEBHOOK the signature is checked against an empty secret. High.",
    ),
    "routes/cart.ts": ("req.body", "No finding."),
    "routes/checkout.ts": ("req.body", "No finding."),
    "routes/invoices.ts": ("req.body", "No finding."),
    "routes/shipping.ts": ("req.body", "No finding."),
    "server.ts": ("listen", "No finding."),
    "tests/cart.test.ts": ("expect", "No finding."),
    "tests/checkout.test.ts": ("expect", "Nothing tests an invalid signature. Low."),
    "tests/session.test.ts": ("expect", "No finding."),
}
AUDIT = Shell(
    command="npx eslint --plugin security payments",
    output="sh: 1: npx: Permission denied",
    exit=126,
    seconds=0.3,
)
CHECK = "const event = stripe.webhooks.constructEvent(req.body, signature, "
SECRET = (
    "    const secret = process.env.STRIPE_WEBHOOK;\n"
    '    if (!secret) throw new Error("STRIPE_WEBHOOK is not set");\n'
    f"    {CHECK}secret);\n"
)


def reviewer(path: str, number: int) -> Delegation:
    """One sub-agent: reads the file, searches what hangs on it, says what it found."""
    pattern, answer = FINDINGS[path]
    look: list[Call | Delegation] = [Read(path)]
    more: list[Call | Delegation] = [Grep(pattern)]
    if path == "payments/webhooks.ts":
        more.append(AUDIT)
    return Delegation(
        kind="Reviewer",
        description=f"Review {path}",
        prompt=f"Review {path} for security: what an attacker who controls the request could do. Change nothing.",
        turns=[
            Turn(text=f"I will read {path}.", calls=look, seconds=2.0 + number % 5),
            Turn(text="Now who else touches this.", calls=more, seconds=1.5 + number % 4),
        ],
        answer=answer,
        model="claude-haiku-4-5",
    )


SCRIPT = Script(
    id="demo-fanned",
    name="Security review, a reviewer a file",
    task="Review every file for security, in parallel, and fix what is high.",
    agent_version="2.1.17",
    branch="sec/review",
    commit="c41d7e90ab12",
    ago=timedelta(hours=1, minutes=26),
    items=[
        Prompt(text="Review every file of the service for security, one reviewer a file. Fix what is high."),
        Turn(
            text="Twenty files, twenty reviewers. They only read, so they can work at the same time.",
            calls=[reviewer(path, number) for number, path in enumerate(FINDINGS)],
            at_once=True,
            seconds=9.4,
        ),
        Turn(text="One finding is high. I will look at it myself.", calls=[Read("payments/webhooks.ts")]),
        Turn(
            text="Right: an unset variable makes every signature valid. Refuse to work without it.",
            calls=[
                Edit("payments/webhooks.ts", f'    {CHECK}process.env.STRIPE_WEBHOOK ?? "");\n', SECRET),
                Shell(command="npm test", output=vitest({"tests/checkout.test.ts": (1, 0)}), seconds=6.8),
            ],
        ),
        Turn(
            text="One of twenty files had a high finding, and it is fixed: webhooks are refused when `STRIPE_WEBHOOK` is not "
            "set. Two low findings are left: the cookie after `logout`, and no test with an invalid signature."
        ),
        End(outcome="tests green"),
    ],
)
