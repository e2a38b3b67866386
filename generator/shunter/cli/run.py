"""One run: parse, call the verb, print its report, return the exit code."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Final

from shunter import __version__
from shunter.cli import output, progress
from shunter.cli.options import DONE, RESULT, TABLE, Command
from shunter.cli.parse import Arguments, CommandLine
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

if TYPE_CHECKING:
    from shunter.cli.shortcut import Answer

    Verb = Callable[[Arguments], Report]


def run(line: CommandLine, known: Answer | None = None) -> int:
    """Run one command line and return its exit code: 0 done, 1 no, 2 could not, 3 our bug, 130 Ctrl-C. Raises nothing.

    `known` has the caches that somebody has looked into already.
    """
    # A diff shows, on every verb.
    shows = {"dry_run": True} if getattr(line.arguments, "diff", False) else {}
    tells_done = line.command is not None and not {DONE, RESULT}.isdisjoint(line.command.options)
    caches = {"verdicts": known and known.verdicts, "memory": known and known.memory}
    arguments = Arguments({**vars(line.arguments), **shows, "tells_done": tells_done, **caches})
    colour = output.colour_wanted(arguments.color)
    if not getattr(arguments, "watch", False) or line.help or line.version or line.problem:
        return _once(line, arguments, colour)
    from shunter.cli.watch import watch

    try:
        return watch(lambda: _once(line, arguments, colour), arguments)
    except ShunterError as error:
        output.print_error(error, colour=colour)
        return error.exit_code


# What a machine has no more of: the error of a file that is open says this, and not which file.
_OUT_OF: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE})


def _once(line: CommandLine, arguments: Arguments, colour: bool) -> int:
    try:
        if line.command is None or line.help or line.version or line.problem:
            return _without_command(line)
        report, code = _answer(line.command, arguments)
        output.print_report(report, arguments, colour=colour)
        return code
    except ShunterError as error:
        output.print_error(error, colour=colour)
        return error.exit_code
    except BrokenPipeError:
        return 0
    except OSError as error:
        if error.filename is None and error.errno not in _OUT_OF:
            return _bug()
        output.print_error(_outside(error), colour=colour)
        return 2
    except KeyboardInterrupt as interrupt:
        progress.end()
        output.say("\n".join(("interrupted", *getattr(interrupt, "__notes__", ()))))
        return 130
    except Exception:
        return _bug()
    finally:
        progress.end()


def _answer(command: Command, arguments: Arguments) -> tuple[Report, int]:
    """The report of a command, and its exit code; of an error that lists findings, a report of these."""
    try:
        report = _verb(command)(arguments)
    except ShunterError as error:
        if not error.findings:
            raise
        return Report(findings=error.findings), error.exit_code
    return report, report.exit_code(strict=getattr(arguments, "strict", False))


def _bug() -> int:
    """Print the exception that is being handled: nobody foresaw it."""
    import traceback

    bug = f"error: this is a bug in shunter {__version__}\nhint: please report the lines above"
    output.say(f"{traceback.format_exc()}\n{bug}")
    return 3


def _outside(error: OSError) -> ShunterError:
    """What the file system refused: a full disk, a folder that somebody protected, a name that is too long."""
    hint = "check the name, its permissions and the disk"
    if error.filename is None:
        return ShunterError(error.strerror or str(error), hint="check the disk, and what this user may use of it")
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    shown = name if len(name) < 200 else f"{name[:200]}..."
    return ShunterError(f"{shown}: {error.strerror or error}", hint=hint)


def _verb(command: Command) -> Verb:
    module, _, name = command.run.partition(":")
    verb: Verb = getattr(import_module(module), name)
    return verb


def _without_command(line: CommandLine) -> int:
    """Answer a line that runs no command: it asks for help or the version, is empty, or is a usage error."""
    if line.problem and not line.help:
        message, hint = line.problem
        raise ShunterError(message, hint=hint)
    if line.version and not line.help:
        output.write(f"shunter {__version__}\n")
        return 0
    from shunter.cli.help import help_text

    output.write(help_text(line, TABLE))
    return 0 if line.help else 2
