from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_git(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A known git identity; nothing of the machine's git, Copier or shunter settings."""
    home: Path = tmp_path_factory.mktemp("home")
    config = home / "gitconfig"
    config.write_text('[user]\nname = Tess Ter\nemail = tess@example.org\n[protocol "file"]\nallow = always\n')
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in (
        "SHUNTER_CACHE_DIR",
        "COPIER_CACHE_DIR",
        "COPIER_SETTINGS_PATH",
        "GIT_CONFIG_COUNT",
        "SOURCE_DATE_EPOCH",
    ):
        monkeypatch.delenv(name, raising=False)
