"""One run: parse, call the verb, print its report, return the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from shunter import __version__
from shunter.adapters.verdicts.cache import Verdicts
from shunter.cli import output
from shunter.cli.options import Command
from shunter.cli.parse import overview, parse
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

if TYPE_CHECKING:
    import argparse

    Verb = Callable[[argparse.Namespace], Report]


def run(argv: list[str], verdicts: Verdicts | None = None) -> int:
    """Run one command line and return its exit code: 0 done, 1 no, 2 could not, 3 our bug, 130 Ctrl-C.

    `verdicts` is the cache where somebody has looked into it already.
    """
    colour = _colour_wanted(argv)
    try:
        if not [argument for argument in argv if argument not in ("-h", "--help", "help")]:
            output.write(overview())
            return 0 if argv else 2
        command, arguments = parse(argv)
        arguments.verdicts = verdicts
        report = _verb(command)(arguments)
        output.print_report(report, arguments, colour=colour)
        return report.exit_code(strict=getattr(arguments, "strict", False))
    except ShunterError as error:
        output.print_error(error, colour=colour)
        return error.exit_code
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the interpreter flushes it on exit
        return 0
    except OSError as error:
        if error.filename is None:
            return _bug()
        output.print_error(_outside(error), colour=colour)
        return 2
    except KeyboardInterrupt:
        output.say("interrupted")
        return 130
    except Exception:
        return _bug()


def _bug() -> int:
    """Print the exception that is being handled: nobody foresaw it."""
    import traceback

    bug = f"error: this is a bug in shunter {__version__}\nhint: please report the lines above"
    output.say(f"{traceback.format_exc()}\n{bug}")
    return 3


def _outside(error: OSError) -> ShunterError:
    """What the file system refused: a full disk, a folder that somebody protected, a name that is too long."""
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    shown = name if len(name) < 200 else f"{name[:200]}..."
    return ShunterError(f"{shown}: {error.strerror or error}", hint="check the name, its permissions and the disk")


def _verb(command: Command) -> Verb:
    module, _, name = command.run.partition(":")
    verb: Verb = getattr(import_module(module), name)
    return verb


def _colour_wanted(argv: list[str]) -> bool:
    if "--color=always" in argv or ("--color" in argv and "always" in argv):
        return True
    if "--color=never" in argv or ("--color" in argv and "never" in argv) or os.environ.get("NO_COLOR"):
        return False
    return sys.stderr.isatty()
