"""SOPS' own program, with keys of age: what it decrypts, and what a person is told where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.sealed import key_in, seal
from helpers.tools import SOPS, needs_sops
from shunter.adapters.system.sops import PROGRAM, decrypt
from shunter.model.errors import ShunterError


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """An encrypted file, and the file of its key, which nobody is told of yet."""
    key, recipient = key_in(tmp_path)
    file = tmp_path / "secrets.yaml"
    file.write_text("# note\npassword: hunter2long\nport: 5432\n")
    seal(file, recipient)
    monkeypatch.setenv(PROGRAM, SOPS)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SOPS_AGE_KEY_FILE", raising=False)
    return file, key


@needs_sops
def test_a_file_is_decrypted_without_its_metadata(sealed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    file, key = sealed
    assert b"hunter2long" not in file.read_bytes()
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(key))
    assert decrypt(file.read_bytes(), "secrets.yaml") == b"# note\npassword: hunter2long\nport: 5432\n"


@needs_sops
def test_without_a_key_it_is_said_what_to_do(sealed: tuple[Path, Path]) -> None:
    with pytest.raises(ShunterError) as caught:
        decrypt(sealed[0].read_bytes(), "envs/tst/secrets.yaml")
    assert caught.value.message == "envs/tst/secrets.yaml is encrypted, and SOPS cannot decrypt it here"
    assert "SOPS_AGE_KEY_FILE" in caught.value.hint
    assert any("Failed to get the data key" in note for note in caught.value.notes)


@needs_sops
def test_a_file_that_somebody_changed_is_not_trusted(
    sealed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, key = sealed
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(key))
    with pytest.raises(ShunterError, match="cannot decrypt it here"):
        decrypt(file.read_bytes().replace(b"port:", b"prot:"), "secrets.yaml")


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(PROGRAM, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ShunterError, match="`sops` is not installed"):
        decrypt(b"a: 1\n", "secrets.yaml")
