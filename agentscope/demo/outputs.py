"""What test runners and compilers print, with their colours."""

GREEN, RED, YELLOW, CYAN, GREY = 32, 31, 33, 36, 90


def paint(text: str, *codes: int) -> str:
    """Colour a text as a terminal program does."""
    return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m"


def npm(script: str, command: str) -> str:
    return f"\n> checkout-service@4.12.0 {script}\n> {command}\n\n"


def vitest(files: dict[str, tuple[int, int]], *, failures: str = "", seconds: float = 1.9) -> str:
    """A run of vitest. `files` is path → (passed, failed)."""
    where = paint("/home/maya/src/checkout-service", GREY)
    head = f" {paint(' RUN ', 1, 30, 46)} {paint('v3.2.3', CYAN)} {where}"
    rows = []
    for n, (path, (passed, failed)) in enumerate(files.items()):
        mark = paint("❯", RED) if failed else paint("✓", GREEN)
        broken = paint(f" | {failed} failed", RED) if failed else ""
        count = paint(f"({passed + failed} tests", 2)
        rows.append(f" {mark} {path} {count}{broken}{paint(')', 2)} {paint(f'{17 + 23 * n}ms', GREY)}")
    red = sum(bool(failed) for _, failed in files.values())
    tests_red = sum(failed for _, failed in files.values())
    tests_green = sum(passed for passed, _ in files.values())
    tail = [
        summary("Test Files", red, len(files) - red),
        summary("     Tests", tests_red, tests_green),
        f"{paint('  Duration', 2)}  {seconds:.2f}s {paint('(transform 212ms, collect 641ms)', GREY)}",
    ]
    return npm("test", "vitest run") + "\n".join([head, "", *rows, "", failures, *tail]) + "\n"


def summary(title: str, failed: int, passed: int) -> str:
    parts = [paint(f"{failed} failed", 1, RED)] if failed else []
    parts += [paint(f"{passed} passed", 1, GREEN)] if passed else []
    return f"{paint(title, 2)}  {paint(' | ', 2).join(parts)} {paint(f'({failed + passed})', GREY)}"


def vitest_failure(path: str, title: str, message: str, expected: str, received: str) -> str:
    return "\n".join([
        f"{paint(' FAIL ', 41, 1)} {path} > {title}",
        paint(message, RED),
        "",
        f"{paint('- Expected', GREEN)}",
        f"{paint('+ Received', RED)}",
        "",
        paint(f"- {expected}", GREEN),
        paint(f"+ {received}", RED),
        "",
    ])  # fmt: skip


def tsc_error(path: str, line: int, column: int, code: str, text: str, source: str, width: int) -> str:
    """One error as `tsc --pretty` prints it."""
    where = f"{paint(path, 96)}:{paint(str(line), 93)}:{paint(str(column), 93)}"
    number = paint(str(line), 7)
    under = f"{paint(' ' * len(str(line)), 7)} {' ' * (column - 1)}{paint('~' * width, 91)}"
    said = f"{where} - {paint('error', 91)}{paint(f' {code}: ', GREY)}{text}"
    return f"{said}\n\n{number} {source}\n{under}\n"


def tsc(*errors: str) -> str:
    """A build with these errors."""
    found = f"\n\nFound {len(errors)} error{'s' * (len(errors) > 1)}.\n" if errors else ""
    return npm("build", "tsc -p tsconfig.json") + "\n".join(errors) + found


def pytest(
    lines: list[str], *, failures: str = "", passed: int = 0, failed: int = 0, seconds: float = 0.21
) -> str:
    """A run of pytest."""
    head = paint("=" * 29 + " test session starts " + "=" * 29, 1)
    rows = [
        f"{line.rpartition(' ')[0]} {paint(line.rpartition(' ')[2], RED if 'F' in line[-9:] else GREEN)}"
        for line in lines
    ]
    parts = [paint(f"{failed} failed", 1, RED)] if failed else []
    parts += [paint(f"{passed} passed", GREEN)] if passed else []
    colour = RED if failed else GREEN
    rule = paint("=" * 28, colour)
    tail = f"{rule} {', '.join(parts)} {paint(f'in {seconds:.2f}s', colour)} {rule}"
    return "\n".join(
        [head, "platform linux -- Python 3.12.10, pytest-8.4.0", "", *rows, "", failures, tail, ""]
    )
