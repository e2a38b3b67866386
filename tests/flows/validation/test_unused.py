"""Lint names keys that no template reads, in any chart and in an environment."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces.cli import ok, shunter


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


FOREIGN = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "values.yaml": "image:\n  repository: nginx\n  tagg: '1'\nreplicas: 1\n",
    "templates/app.yaml": "# {{ .Values.image.repository }}:{{ .Values.image.tag }} {{ .Values.replicaCount }}\n",
}


def test_any_chart_is_scanned(tmp_path: Path) -> None:
    write(tmp_path / "shop", FOREIGN)
    result = ok("lint", "shop", cwd=tmp_path)
    assert "shop/values.yaml:3:3" in result.err
    assert "warning[unused-key]: no template of chart shop 1.0.0 reads `image.tagg`" in result.err
    assert "did you mean `tag`?" in result.err
    assert shunter("lint", "shop", "--strict", cwd=tmp_path).code == 1
    ok("lint", "shop", "--strict", "--rule", "unused-key=note", cwd=tmp_path)


def test_our_own_charts_leave_it_to_their_schemas(example: Path) -> None:
    assert "unused-key" not in ok("lint", cwd=example).err


def test_a_further_values_file_is_linted_as_if_passed(tmp_path: Path) -> None:
    write(tmp_path / "shop", FOREIGN | {"values-pro.yaml": "replicas: 3\nimage: {tag: 1.10}\n"})
    found = ok("lint", "shop/values-pro.yaml", cwd=tmp_path).err
    places = [line.split()[1] for line in found.splitlines() if line.startswith("  -->")]
    assert places == ["shop/values-pro.yaml:1:1", "shop/values-pro.yaml:2:14"]
    assert "did you mean `replicaCount`?" in found


def test_without_a_name_the_charts_around_and_below_are_linted(tmp_path: Path) -> None:
    chart = write(tmp_path / "shop", FOREIGN)
    for cwd, place in ((chart, "values.yaml:3:3"), (chart / "templates", "../values.yaml:3:3")):
        assert f"--> {place}" in ok("lint", cwd=cwd).err
    assert "1 chart checked" in ok("lint", "shop/templates/app.yaml", cwd=tmp_path).err
    assert "--> shop/values.yaml:3:3" in ok("lint", cwd=tmp_path).err
    (tmp_path / "empty").mkdir()
    nothing = shunter("lint", cwd=tmp_path / "empty")
    assert (nothing.code, "is in no chart" in nothing.err) == (2, True)
