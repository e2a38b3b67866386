"""`dataclass`, `field`, `replace` and `asdict` of the standard library, for all modules but those of templates.

The standard decorator writes six methods as source text and compiles them, 0.6 ms for each class: a quarter of a
command's start. Here they are closures. To everybody else the classes are dataclasses: a type checker sees the standard
decorator, and `dataclasses.fields` and its kin work. `__post_init__`, `InitVar`, `ClassVar`, keyword-only fields and
inheritance of fields do not exist here.
"""

from __future__ import annotations

from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_put = object.__setattr__


class _Field:
    """What `field()` says of a field."""

    def __init__(
        self,
        *,
        default_factory: Callable[[], Any] | None = None,
        default: Any = None,
        repr: bool = True,  # noqa: A002 - the standard library's word
        compare: bool = True,
    ) -> None:
        self.make = default_factory or (lambda: default)
        self.given: dict[str, Any] = {"default_factory": default_factory} if default_factory else {"default": default}
        self.repr = repr
        self.compare = compare


class _StandardFields:
    """`__dataclass_fields__` of a class, made by the standard library for who asks."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given

    def __get__(self, instance: object, owner: Any) -> Any:
        from dataclasses import field, make_dataclass

        members: list[Any] = []
        for name, kind in owner.__annotations__.items():
            if name not in self._given:
                members.append((name, kind))
            elif isinstance(default := self._given[name], _Field):
                made_by = field(**default.given, repr=default.repr, compare=default.compare)
                members.append((name, kind, made_by))
            else:
                members.append((name, kind, field(default=default)))
        made: Any = make_dataclass(owner.__name__, members)
        owner.__dataclass_fields__ = made.__dataclass_fields__
        return owner.__dataclass_fields__


def _dataclass(
    cls: type | None = None, *, frozen: bool = False, slots: bool = False, eq: bool = True, order: bool = False
) -> Any:
    if cls is None:
        return lambda cls: _dataclass(cls, frozen=frozen, slots=slots, eq=eq, order=order)
    names = tuple(cls.__annotations__)
    given = {name: cls.__dict__[name] for name in names if name in cls.__dict__}

    def said(name: str) -> _Field:
        return found if isinstance(found := given.get(name), _Field) else _Field()

    methods: dict[str, Any] = {
        "__init__": _init(names, given),
        "__repr__": _repr([name for name in names if said(name).repr]),
        "__reduce__": lambda self: (self.__class__, tuple(getattr(self, name) for name in names)),
        "__match_args__": names,
        "__dataclass_fields__": _StandardFields(given),
    }
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
    if eq:
        methods |= _comparisons([name for name in names if said(name).compare], frozen=frozen, order=order)
    kept = {name: item for name, item in cls.__dict__.items() if name not in (*names, "__dict__", "__weakref__")}
    if slots:
        kept["__slots__"] = names
    own = {name: item for name, item in methods.items() if name not in kept or name == "__hash__"}
    return type(cls.__name__, cls.__bases__, {**kept, **own, "__qualname__": cls.__qualname__})


def _init(names: tuple[str, ...], given: dict[str, Any]) -> Any:
    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807 - it becomes the class's method
        if len(values) > len(names):
            raise TypeError(f"{self.__class__.__name__} takes {len(names)} values, not {len(values)}")
        for name, value in zip(names, values):  # noqa: B905 - the rest is below
            _put(self, name, value)
        for name in names[len(values) :]:
            if name in named:
                value = named.pop(name)
            elif name in given:
                value = given[name]
                if value.__class__ is _Field:
                    value = value.make()
            else:
                raise TypeError(f"{self.__class__.__name__} needs `{name}`")
            _put(self, name, value)
        if named:
            raise TypeError(f"{self.__class__.__name__} takes no second or unknown `{next(iter(named))}`")

    return __init__


def _repr(names: list[str]) -> Any:
    def __repr__(self: Any) -> str:  # noqa: N807
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _refuse(self: Any, name: str, *value: Any) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")


def _comparisons(names: Sequence[str], *, frozen: bool, order: bool) -> dict[str, Any]:
    getter = attrgetter(*names)
    key = getter if len(names) > 1 else lambda item: (getter(item),)

    def compared(with_: Callable[[Any, Any], bool]) -> Any:
        return lambda self, other: with_(key(self), key(other)) if other.__class__ is self.__class__ else NotImplemented

    methods: dict[str, Any] = {"__eq__": compared(tuple.__eq__), "__hash__": None}
    if frozen:
        methods["__hash__"] = lambda self: hash(key(self))
    if order:
        orders = {"__lt__": tuple.__lt__, "__le__": tuple.__le__, "__gt__": tuple.__gt__, "__ge__": tuple.__ge__}
        methods |= {name: compared(with_) for name, with_ in orders.items()}
    return methods


def _replace(item: Any, **changes: Any) -> Any:
    """A copy of a dataclass's instance with some fields changed."""
    values = [changes.pop(name) if name in changes else getattr(item, name) for name in item.__match_args__]
    if changes:
        raise TypeError(f"{item.__class__.__name__} has no `{min(changes)}`")
    return item.__class__(*values)


def _asdict(item: Any) -> Any:
    """A dataclass's instance as a dict, and so everything inside; lists and tuples are lists."""
    if "__dataclass_fields__" in item.__class__.__dict__:
        return {name: _asdict(getattr(item, name)) for name in item.__match_args__}
    if isinstance(item, dict):
        return {key: _asdict(value) for key, value in item.items()}
    return [_asdict(value) for value in item] if isinstance(item, (list, tuple)) else item


if TYPE_CHECKING:
    from dataclasses import asdict as asdict
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:
    asdict, dataclass, field, replace = _asdict, _dataclass, _Field, _replace
