"""What SOPS encrypted: decrypted for Helm alone, and kept out of everything that a person reads."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from secrets import token_bytes
from typing import Any

from shunter.adapters.system.sops import decrypt
from shunter.core.charts.contents import read_once
from shunter.core.goyaml.document import Document
from shunter.core.values.sops import is_encrypted, is_sops_file
from shunter.model.errors import ShunterError

_KEY = token_bytes(16)
_SHORTEST = 3
_INSIDE_WORDS = 8
"""Characters. A shorter secret is hidden only where it stands as a word: `80` is in many a text."""


def opened(document: Document, name: str) -> Document:
    """A values file as Helm is to get it: decrypted if SOPS encrypted it; `name` names it in errors.

    Raises ShunterError where it cannot be decrypted.
    """
    if not is_sops_file(document):
        return document
    plain = read_once(decrypt(document.data, name), document.path, document.helm)
    if plain.value is None:
        # What is wrong is in the plain text, which nobody is shown.
        raise ShunterError(f"{name} is no YAML once it is decrypted", hint="sops edit the file")
    return plain


def secrets_of(layers: Sequence[Document], plain: Sequence[Document]) -> frozenset[str]:
    """The texts that are encrypted in `layers`, as the same files have them in plain text."""
    pairs = ((sealed, plain) for sealed, plain in zip(layers, plain, strict=True) if sealed is not plain)
    return frozenset(text for sealed, plain in pairs for text in _texts(sealed.value, plain.value))


def _texts(sealed: Any, plain: Any) -> Iterator[str]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield from _texts(sealed.get(key) if isinstance(sealed, dict) else None, value)
    elif isinstance(plain, list):
        for number, value in enumerate(plain):
            below = isinstance(sealed, list) and number < len(sealed)
            yield from _texts(sealed[number] if below else None, value)
    elif is_encrypted(sealed) and not isinstance(plain, bool) and len(str(plain)) >= _SHORTEST:
        yield str(plain)


def hidden(text: str, secrets: Iterable[str]) -> str:
    """The text with a name in the place of each secret, also where it is in base64.

    One secret has one name in one run, so that it can be seen whether two are equal.
    """
    forms = {form: secret for secret in secrets for form in (secret, b64encode(secret.encode()).decode())}
    for form in sorted(forms, key=len, reverse=True):
        pattern = re.escape(form) if len(form) >= _INSIDE_WORDS else rf"(?<!\w){re.escape(form)}(?!\w)"
        name = blake2b(forms[form].encode("utf-8", "surrogatepass"), key=_KEY, digest_size=3).hexdigest()
        text = re.sub(pattern, f"<secret {name}>", text)
    return text
