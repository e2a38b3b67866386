"""The entry point: as light as a version number needs, and the one place where errors become exit codes."""

from __future__ import annotations

import gc
import sys


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's own) and return the exit code. Raises nothing: see `run`."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments in (["--version"], ["-V"]):
        from shunter import __version__

        try:
            sys.stdout.write(f"shunter {__version__}\n")
            sys.stdout.flush()
        except (AttributeError, OSError):
            pass  # closed, or a full disk: `run` says so
        else:
            return 0
    if argv is None:
        # One command, one process: what it makes is needed until it ends, and looking for garbage is a fifth of a
        # cold hook's time.
        gc.disable()
    try:
        return _answered(arguments)
    except KeyboardInterrupt:  # while modules are loaded: from there on, `run` has more to say
        sys.stderr.write("interrupted\n")
        return 130


def _answered(arguments: list[str]) -> int:
    from shunter.cli.options import TABLE
    from shunter.cli.parse import parse

    line = parse(arguments, TABLE)
    known = None
    if line.words in (("validate",), ("lint",), ("lock",)):
        from shunter.cli.shortcut import answer

        known = answer(line)
        if known.complete:
            return 0
    from shunter.cli.run import run

    return run(line, known)


if __name__ == "__main__":
    sys.exit(main())
