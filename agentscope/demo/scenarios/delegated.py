"""A refactoring that begins with a sub-agent that explores."""

from datetime import timedelta

from agentscope.demo.calls import Edit, Glob, Grep, Read, Shell
from agentscope.demo.outputs import vitest
from agentscope.demo.script import Delegation, End, Prompt, Script, Turn

EXPLORER = Delegation(
    kind="Explore",
    description="Find all address validation",
    prompt="Find every place where checkout-service validates a postal address: functions, regular expressions, zod "
    "schemas. For each: file, lines, what exactly is required, and how an error is reported. Do not change anything.",
    turns=[
        Turn(text="I will list the routes first.", calls=[Glob("routes/*"), Grep("[aA]ddress")]),
        Turn(text="Three routes have their own check. Reading them.", calls=[
            Read("routes/checkout.ts"), Read("routes/shipping.ts"), Read("routes/invoices.ts"),
        ]),
        Turn(text="There is also a schema in lib.", calls=[Read("lib/address.ts"), Grep("addressSchema")]),
        Turn(text="The schema is used nowhere. Do the tests pin the messages?", calls=[
            Grep("address", "tests/*"), Read("tests/checkout.test.ts"),
        ]),
    ],
    answer="Three copies, and one schema that nobody uses:\n\n"
    "1. routes/checkout.ts 8–13 `validateAddress`: name, street, city; zip ≥ 3 characters; country 2 letters → 422 with a text.\n"
    "2. routes/shipping.ts 6–10 `checkAddress`: street, city; zip by regular expression; country → 422 \"bad address\". No name.\n"
    "3. routes/invoices.ts 7–11 `assertAddress`: all five fields present, nothing else → throws, so the answer is 500.\n"
    "4. lib/address.ts `addressSchema` (zod): the strictest, and exported, but imported nowhere.\n\n"
    "tests/checkout.test.ts only pins the status 422.",
    model="claude-haiku-4-5",
)  # fmt: skip

PARSE = """
/** Read an address; null when something is missing or malformed. */
export function readAddress(value: unknown): Address | null {
  const parsed = addressSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
"""

SCRIPT = Script(
    id="demo-delegated",
    name="One address check instead of three",
    task="Address validation is copied in several routes. Use one.",
    agent_version="2.1.17",
    branch="refactor/address",
    commit="7d20f9e3c551",
    ago=timedelta(hours=2, minutes=30),
    items=[
        Prompt(text="Address validation is copied in several routes. Use one, keep the status codes, and tell me where they differed."),
        Turn(text="I will have the copies found first, so that none is forgotten.", calls=[EXPLORER]),
        Turn(
            text="`addressSchema` is the one to keep. I will give it a reader and use it in all three routes.",
            calls=[
                Edit(
                    "lib/address.ts",
                    "export type Address = z.infer<typeof addressSchema>;\n",
                    f"export type Address = z.infer<typeof addressSchema>;\n{PARSE}",
                ),
                Read("routes/checkout.ts"),
            ],
        ),
        Turn(
            calls=[
                Edit(
                    "routes/checkout.ts",
                    "function validateAddress(address: Record<string, unknown>): string | null {\n"
                    '  if (!address.name || !address.street || !address.city) return "incomplete address";\n'
                    '  if (typeof address.zip !== "string" || address.zip.length < 3) return "zip is too short";\n'
                    '  if (typeof address.country !== "string" || address.country.length !== 2) return "unknown country";\n'
                    "  return null;\n}\n\n",
                    "",
                ),
                Edit(
                    "routes/checkout.ts",
                    "    const problem = validateAddress(req.body.address ?? {});\n    if (problem !== null) {\n"
                    "      res.status(422).json({ error: problem });\n",
                    "    if (readAddress(req.body.address) === null) {\n"
                    '      res.status(422).json({ error: "bad address" });\n',
                ),
                Edit(
                    "routes/checkout.ts",
                    'import { handle } from "../lib/http.js";\n',
                    'import { readAddress } from "../lib/address.js";\nimport { handle } from "../lib/http.js";\n',
                ),
                Read("routes/shipping.ts"),
                Read("routes/invoices.ts"),
            ],
        ),
        Turn(
            calls=[
                Edit(
                    "routes/shipping.ts",
                    "const ZIP = /^[A-Za-z0-9 -]{3,10}$/;\n\nfunction checkAddress(body: any): boolean {\n"
                    '  return Boolean(body?.street && body?.city && ZIP.test(body?.zip ?? "") && body?.country?.length === 2);\n'
                    "}\n\n",
                    "",
                ),
                Edit("routes/shipping.ts", "!checkAddress(req.body.address)", "readAddress(req.body.address) === null"),
                Edit(
                    "routes/shipping.ts",
                    'import { handle } from "../lib/http.js";\n',
                    'import { readAddress } from "../lib/address.js";\nimport { handle } from "../lib/http.js";\n',
                ),
                Edit(
                    "routes/invoices.ts",
                    "function assertAddress(address: any) {\n"
                    '  for (const field of ["name", "street", "city", "zip", "country"]) {\n'
                    "    if (!address?.[field]) throw new Error(`address.${field} is missing`);\n  }\n}\n\n",
                    "",
                ),
                Edit(
                    "routes/invoices.ts",
                    "    assertAddress(req.body.address);\n    const { order, address } = req.body;\n",
                    "    const address = readAddress(req.body.address);\n    if (address === null) {\n"
                    '      res.status(422).json({ error: "bad address" });\n      return;\n    }\n'
                    "    const { order } = req.body;\n",
                ),
                Edit(
                    "routes/invoices.ts",
                    'import { handle } from "../lib/http.js";\n',
                    'import { readAddress } from "../lib/address.js";\nimport { handle } from "../lib/http.js";\n',
                ),
            ],
        ),
        Turn(
            calls=[
                Shell(
                    command="npm run build && npm test",
                    output=vitest({
                        "tests/cart.test.ts": (2, 0), "tests/session.test.ts": (2, 0), "tests/checkout.test.ts": (1, 0),
                    }),
                    seconds=11.3,
                )
            ],
        ),
        Turn(
            text="All three routes use `readAddress` from `lib/address.ts` now.\n\nThey differed in three ways: shipping "
            "accepted an address without a name, invoices answered 500 instead of 422, and only checkout said what was "
            "wrong. Shipping is stricter now; tell me if quotes without a name must stay possible."
        ),
        End(outcome="tests green"),
    ],
)  # fmt: skip
