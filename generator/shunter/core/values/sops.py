"""Values files and their secrets: those that SOPS encrypted, and those that may hold some in plain text.

In a file that SOPS encrypted the keys are in the clear, and scalars read `ENC[...]`. What decrypts it before Helm takes
the metadata below `sops` away. An encrypted scalar may be anything, so it satisfies whatever a schema asks of a
scalar; its key is checked like any other.
"""

from __future__ import annotations

import re
from typing import Any, Final

from shunter.core.goyaml.document import Document
from shunter.model.data import replace

_NAMES: Final = (b"pass", b"secret", b"token", b"api", b"private", b"access", b"connection")
_MARKS: Final = (b"akia", b"gho_", b"ghp_", b"ghr_", b"ghs_", b"ghu_", b"glpat-", b"xox", b"eyj", b"private key---")
_WORDS: Final = rb"(?:pass(?:word|wd|phrase)|secret|token|(?:api|private|access|secret)[_-]?key|connection[_-]?string)"
_NAMED: Final = rb"%b[\"']?\s*:|name[\"']?\s*:\s*[\"']?[\w.-]*%b[\"']?\s*(?:[,}#\r\n]|$)" % (_WORDS, _WORDS)
"""A key that is called like a secret, or the `name` of a pair of name and value."""
_CREDENTIALS: Final = rb"://[^\s/:@]*:[^\s/@]+@"
_ENCRYPTED: Final = r"ENC\[AES256_GCM,data:[^\]]*\]"
_RANGE: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_TEXT: Final = ("pattern", "format", "minLength", "maxLength", "contentEncoding", "contentMediaType")
_SCALAR_KEYWORDS: Final = frozenset(("type", "enum", "const", "not", *_RANGE, *_TEXT))


def is_encrypted(value: Any) -> bool:
    """Whether a value is one that SOPS encrypted."""
    return isinstance(value, str) and re.fullmatch(_ENCRYPTED, value.strip()) is not None


def sealed(name: str) -> str:
    """A scalar of which nothing is known but what will fill it in: it counts as one that is encrypted."""
    return f"ENC[AES256_GCM,data:{name}]"


def is_sops_file(document: Document) -> bool:
    """Whether SOPS encrypted this file: it says so below `sops`."""
    metadata = (document.value or {}).get("sops")
    return isinstance(metadata, dict) and "mac" in metadata and "lastmodified" in metadata


def may_hold_secrets(document: Document) -> bool:
    """Whether a file has any key that is called like a secret, or any mark of one; values of no file may."""
    if has_marks(document):
        return True
    text = document.data.lower()
    return any(name in text for name in _NAMES) and re.search(_NAMED, text) is not None


def has_marks(document: Document) -> bool:
    """Whether a file has what a well-known kind of secret starts with; values of no file may."""
    text = document.data.lower()
    if not text or any(mark in text for mark in _MARKS):
        return True
    return b"://" in text and re.search(_CREDENTIALS, text) is not None


def decrypted_shape(document: Document) -> Document:
    """The document as Helm gets it once it is decrypted: without the metadata, scalars still encrypted."""
    if not is_sops_file(document):
        return document
    return replace(document, value={key: value for key, value in (document.value or {}).items() if key != "sops"})


def excuses(error: Any) -> bool:
    """Whether a schema's error is only about what an encrypted scalar may turn out to be."""
    if not is_encrypted(error.instance):
        return False
    if error.kind.name in _SCALAR_KEYWORDS:
        types = error.kind.as_dict().get("types")
        return types is None or not set(types) <= {"object", "array"}
    branches = error.kind.as_dict().get("context")
    return branches is not None and any(branch and all(map(excuses, branch)) for branch in branches)
