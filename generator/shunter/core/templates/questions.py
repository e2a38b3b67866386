"""The questions of `copier.yml` answered as `copier copy --defaults` answers them, without a person."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import yaml

from shunter.core.templates.config import Config, NeedsCopier
from shunter.core.templates.jinja import Jinja, Text, from_yaml
from shunter.core.templates.variables import Variables
from shunter.model.data import dataclass

_MISSING: Final = object()
_UNKNOWN: Final = object()
_KNOWN: Final[Mapping[str, type | tuple[type, ...]]] = {
    "ask": (str, bool),
    "choices": (list, dict, str),
    "default": object,
    "help": str,
    "multiline": (str, bool),
    "multiselect": bool,
    "placeholder": str,
    "qmark": str,
    "secret": bool,
    "type": str,
    "validator": str,
    "when": (str, bool),
}
_PLAIN: Final = {str, int, float, bool, type(None)}
_REMEMBERED: Final = (dict, list, str, int, float, bool, type(None))
_LATER: Final = {"_copier_answers", "_copier_conf"}
"""What a question sees too, as it is at that moment."""


class UnknownTypeError(NeedsCopier):
    """A question of a type that only Copier itself may know."""


@dataclass(frozen=True, slots=True)
class Answers:
    """All variables that the answers make, and what of them the answers file remembers."""

    variables: Variables
    remembered: Mapping[str, Any]


class Questionnaire:
    """The questions of one release."""

    def __init__(self, config: Config, jinja: Jinja) -> None:
        self._jinja = jinja
        self._secret = config.secret
        self._questions = [_Question(name, details, jinja) for name, details in config.questions.items()]

    def answer(self, given: Mapping[str, Any], about: Mapping[str, Any], recorded: Collection[str] = ()) -> Answers:
        """The answers where `given` are known; `about` are Copier's own (`_src_path`, `_commit`).

        Those that are only `recorded`, and that nobody wants now, give way where the question does not take them any
        more, and stay as they are where it is not asked, as in an update by Copier. Raises NeedsCopier where an answer
        is missing, or is none of the choices: Copier says what is wrong.
        """
        variables = Variables({**about, **_copied(given)})  # a template may change what it is given
        hidden, made = set(), []
        self._jinja.refused |= _LATER
        try:
            for question in self._questions:
                was = question.name in recorded
                if was and not question.takes(variables):
                    variables.drop(question.name)
                asked = question.is_asked(variables)
                if was and not asked:
                    variables.drop(question.name)
                value = question.value(variables, asked=asked, recorded=was)
                if not asked:
                    hidden.add(question.name)
                if value is not _MISSING:
                    variables.put(question.name, value)
                    made.append(question.name)
        finally:
            self._jinja.refused -= _LATER
        known = {question.name for question in self._questions} - hidden - self._secret
        order = dict.fromkeys((*given, *made))
        kept = {name: variables.values[name] for name in order if name in known and not name.startswith("_")}
        kept = {name: value for name, value in kept.items() if isinstance(value, _REMEMBERED)}
        first = {name: about[name] for name in ("_commit", "_src_path") if name in about}
        return Answers(variables, first | kept)


class _Question:
    """One question, its texts compiled once."""

    def __init__(self, name: str, details: Mapping[str, Any], jinja: Jinja) -> None:
        for key, value in details.items():
            if key not in _KNOWN or not isinstance(value, _KNOWN[key]):
                raise NeedsCopier(f"`{key}` of the question `{name}`")
        if details.get("multiselect") or name in ("now", "make_secret"):
            raise NeedsCopier(f"`multiselect` of the question `{name}`")
        self.name = name
        self._secret = details.get("secret", False)
        self._default = _prepared(details.get("default", _MISSING), jinja)
        self._type = jinja.text(details.get("type") or _type_of(details.get("default", _MISSING)))
        when = _prepared(details.get("when", True), jinja)
        self._when = to_bool(_rendered(when, Variables({}))) if _is_constant(when) else when
        self._ask = _prepared(details.get("ask", True), jinja)
        self._validator = jinja.text(details.get("validator", ""))
        self._choices = _Choices(name, details.get("choices", []), jinja)
        self._always: Any = _UNKNOWN
        self._is_fixed = self._type.is_constant and self._choices.is_constant and _is_constant(self._default)
        if self._secret and "default" not in details:
            raise NeedsCopier(f"the secret question `{name}` without a default")

    def is_asked(self, variables: Variables) -> bool:
        """What `when` says."""
        return self._when if self._when.__class__ is bool else to_bool(_rendered(self._when, variables))

    def takes(self, variables: Variables) -> bool:
        """Whether the answer that is there is one for this question."""
        if self.name not in variables.values:
            return True
        try:
            self._check(self._parsed(variables.values[self.name], variables), variables)
        except UnknownTypeError:
            raise
        except Exception:  # whatever YAML, JSON, a validator and Python make of an answer
            return False
        return True

    def value(self, variables: Variables, *, asked: bool, recorded: bool = False) -> Any:
        """The answer, in its type and checked; `_MISSING` where none is needed.

        One that is `recorded` stays as it is where the question is not to be asked.
        """
        if recorded and self.name in variables.values and not to_bool(_rendered(self._ask, variables)):
            return variables.values[self.name]
        if self.name in variables.values:
            value = self._parsed(variables.values[self.name], variables)
            self._check(value, variables)
            return value
        value = self._without_answer(variables)
        if value is _MISSING:
            if asked and to_bool(_rendered(self._ask, variables)):
                raise NeedsCopier(f"the question `{self.name}` without an answer")
            return _MISSING
        if asked and not self._secret:
            self._check(value, variables)
        return value

    def _without_answer(self, variables: Variables) -> Any:
        """What the default makes, worked out once where no answer changes it."""
        if self._default is _MISSING:
            return _MISSING
        if self._always is not _UNKNOWN:
            return _copied(self._always)  # a template may change it
        value = self._parsed(_rendered(self._default, variables), variables)
        if self._is_fixed:
            self._always = _copied(value)
        return value

    def _parsed(self, value: Any, variables: Variables) -> Any:
        kind = self._type
        cast = _CASTS.get(kind.source if kind.is_constant else kind.render(variables))
        if cast is None:
            raise UnknownTypeError(f"the type of the question `{self.name}`")
        result = cast(value)
        choices = () if self._choices.is_free else self._choices.values(variables)
        if choices and not any(result == cast(choice) for choice in choices):
            raise NeedsCopier(f"the answer to `{self.name}`, which is none of its choices")
        return result

    def _check(self, value: Any, variables: Variables) -> None:
        if self._validator.source and self._validator.render(variables.beside(self.name, value)).strip():
            raise NeedsCopier(f"the answer to `{self.name}`, which it refuses")


class _Choices:
    """The values that a question allows; none: any."""

    def __init__(self, name: str, choices: Any, jinja: Jinja) -> None:
        self._name = name
        self._text = jinja.text(choices) if isinstance(choices, str) else None
        self._fixed = None if self._text else [_prepared(each, jinja) for each in self._listed(choices)]
        self._jinja = jinja
        self.is_free = not self._text and not self._fixed
        self.is_constant = self._text is None and _is_constant(self._fixed)

    def values(self, variables: Variables) -> list[Any]:
        """The choices, in the types that they have before they are cast to that of the question."""
        if self._text:
            found = self._listed(_parsed_yaml(self._text.render(variables)))
            return [_rendered(_prepared(each, self._jinja), variables) for each in found]
        return [_rendered(each, variables) for each in self._fixed or ()]

    def _listed(self, choices: Any) -> list[Any]:
        if not isinstance(choices, (list, dict)):
            raise NeedsCopier(f"the choices of the question `{self._name}`")
        pairs = choices.items() if isinstance(choices, dict) else choices
        return [self._value(each) for each in pairs]

    def _value(self, choice: Any) -> Any:
        value = choice[1] if isinstance(choice, (list, tuple)) and len(choice) == 2 else choice
        if isinstance(value, (list, tuple, dict)):
            raise NeedsCopier(f"a choice of the question `{self._name}` with settings of its own")
        return value


def _copied(value: Any) -> Any:
    """A copy of plain data, which takes a fifth of the time of `copy.deepcopy`; that has the rest."""
    if value.__class__ in _PLAIN:
        return value
    if value.__class__ is dict:
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if value.__class__ is list else copy.deepcopy(value)


def _prepared(value: Any, jinja: Jinja) -> Any:
    """A value of the questionnaire, its texts made ready to be rendered."""
    if isinstance(value, str):
        return jinja.text(value)
    return [_prepared(item, jinja) for item in value] if isinstance(value, list) else value


def _rendered(value: Any, variables: Variables) -> Any:
    if value.__class__ is Text:
        return value.render(variables)
    if isinstance(value, list):
        return [_rendered(item, variables) for item in value]
    return copy.deepcopy(value) if isinstance(value, dict) else value


def _is_constant(value: Any) -> bool:
    """Whether a prepared value is the same for all variables."""
    if isinstance(value, list):
        return all(map(_is_constant, value))
    return value.is_constant if isinstance(value, Text) else True


def _type_of(default: Any) -> str:
    name = type(default).__name__
    return name if name in _CASTS else "yaml"


_TRUTHS: Final = {"True": True, "False": False}


def to_bool(value: Any) -> bool:
    """Text, a number or anything else as Copier takes it for a yes or a no."""
    if value.__class__ is str and value in _TRUTHS:  # what Jinja makes of a comparison
        return _TRUTHS[value]
    try:
        return bool(float(value))
    except (TypeError, ValueError):
        pass
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("y", "yes", "t", "true", "on"):
            return True
        if word in ("", "n", "no", "f", "false", "off", "~", "null", "none"):
            return False
    return bool(value)


def _to_str(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (float, int, Decimal)):
        return str(value)
    raise NeedsCopier(f"a {type(value).__name__} as text")


def _to_yaml(value: Any) -> Any:
    return copy.deepcopy(_parsed_yaml(value)) if isinstance(value, str) else value


@lru_cache(1024)
def _parsed_yaml(text: str) -> Any:
    """Most projects have the same defaults and choices."""
    return from_yaml(yaml.safe_load, text)


def _to_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _needed(cast: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        if value is None:
            raise NeedsCopier("an empty answer")
        return cast(value)

    return checked


_CASTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "bool": _needed(to_bool),
    "float": _needed(float),
    "int": _needed(int),
    "json": _to_json,
    "path": _needed(str),
    "str": _needed(_to_str),
    "yaml": _to_yaml,
}
