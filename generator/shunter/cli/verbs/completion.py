"""completion: scripts made from the options table."""

from __future__ import annotations

from shunter.cli.options import TABLE, Command
from shunter.cli.parse import Arguments
from shunter.model.findings import Report


def completion(arguments: Arguments) -> Report:
    """`shunter completion SHELL`."""
    return Report(product={"bash": _bash, "zsh": _zsh, "fish": _fish}[arguments.shell]())


def _flags(command: Command) -> list[str]:
    return [flag for option in (*command.options, *TABLE.everywhere) for flag in option.flags if flag.startswith("--")]


def _families() -> dict[str, list[Command]]:
    found: dict[str, list[Command]] = {}
    for command in TABLE.commands:
        found.setdefault(command.words[0], []).append(command)
    return found


def _bash() -> str:
    arms = []
    for first, commands in _families().items():
        seconds = [command.words[1] for command in commands if len(command.words) > 1]
        words = seconds or _flags(commands[0])
        arms += [f'    "{first}") words="{" ".join(words)}" ;;']
        arms += [f'    "{first} {c.words[1]}") words="{" ".join(_flags(c))}" ;;' for c in commands if len(c.words) > 1]
    body = "\n".join(arms)
    return (
        "_shunter() {\n"
        '  local words="" current="${COMP_WORDS[COMP_CWORD]}" first="${COMP_WORDS[1]}"\n'
        '  local both="$first ${COMP_WORDS[2]}"\n'
        f'  if [ "$COMP_CWORD" -eq 1 ]; then words="{" ".join(_families())}"; fi\n'
        '  for key in "$first" "$both"; do case "$key" in\n'
        f"{body}\n"
        "  esac; done\n"
        '  COMPREPLY=($(compgen -W "$words" -- "$current"))\n'
        "}\ncomplete -o default -F _shunter shunter\n"
    )


def _zsh() -> str:
    return "autoload -U +X bashcompinit && bashcompinit\n" + _bash()


def _fish() -> str:
    lines = []
    for command in TABLE.commands:
        first, *rest = command.words
        where = f"'__fish_seen_subcommand_from {first}'" if rest else "__fish_use_subcommand"
        lines.append(f"complete -c shunter -n {where} -a {(rest or [first])[0]} -d '{_quoted(command.summary)}'")
        seen = f"complete -c shunter -n '__fish_seen_subcommand_from {command.words[-1]}' -l"
        lines.extend(f"{seen} {flag[2:]}" for flag in _flags(command))
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _quoted(text: str) -> str:
    return text.replace("'", "\\'")
