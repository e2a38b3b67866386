"""What named files and folders stand for, in a repository that stands alone (with a workspace: test_dependants)."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import write
from shunter.flows.validation.targets import inside, own_names, targets_of
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError

CHART = "apiVersion: v2\nname: c\nversion: 1.0.0\n"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    root = tmp_path.resolve()
    write(
        root,
        {
            "one/Chart.yaml": CHART,
            "one/values.yaml": "",
            "one/values-pro.yaml": "",
            "one/envs/a.yaml": "",
            "one/envs/b.yml": "",
            "one/envs/README.md": "",
            "one/charts/svc/Chart.yaml": CHART,
            "one/charts/svc/charts/deep/Chart.yaml": CHART,
            "one/charts/svc/values.schema.json": "{}",
            "two/Chart.yaml": CHART,
            "env/Chart.yaml": CHART,
            "env/.copier-answers.yml": "_src_path: x\n_commit: v1\nkind: environment\nname: tst\n",
            "notes.txt": "",
            "empty/x.txt": "",
        },
    )
    (root / "lost").symlink_to("nowhere")
    return Context(root, root, None)


def named(context: Context, *names: str) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
    found = targets_of(context, names).targets
    return [(target.folder.relative_to(context.root).as_posix(), target.runs) for target in found]


def test_a_values_file_is_judged_alone_and_a_chart_with_what_is_its_own(context: Context) -> None:
    assert named(context, "one/envs/a.yaml", "two", "one/values-pro.yaml", "one/envs/a.yaml") == [
        ("one", (("one/envs/a.yaml",), ("one/values-pro.yaml",))),
        ("two", ((),)),
    ]


def test_a_folder_stands_for_what_is_in_it(context: Context) -> None:
    assert inside(context, "one/envs") == ["one/envs/a.yaml", "one/envs/b.yml"]
    assert inside(context, ".") == ["./env", "./one", "./two"]
    assert (inside(context, "one"), inside(context, "empty"), inside(context, "gone")) == (["one"], ["empty"], ["gone"])


@pytest.mark.parametrize(
    "name", ["one/charts/svc/values.schema.json", "one/charts/svc/Chart.yaml", "one/charts/svc/charts/deep/Chart.yaml"]
)
def test_a_vendored_chart_stands_for_the_one_around_it(name: str, context: Context) -> None:
    assert named(context, name) == [("one", ((), ("one/values-pro.yaml",)))]
    assert named(context, "one/charts/svc") == [("one/charts/svc", ((),))]  # named itself, it is judged itself


def test_defaults_stand_for_the_charts_other_values_files_too(context: Context) -> None:
    assert named(context, "one/values.yaml") == [("one", ((), ("one/values-pro.yaml",)))]


def test_any_file_of_an_environment_stands_for_all_of_it(context: Context) -> None:
    write(context.root, {"env/values.yaml": "", "env/more.yaml": ""})
    (target,) = targets_of(context, ["env/more.yaml", "env/values.yaml"]).targets
    assert target.environment is not None
    assert (target.environment.name, target.runs) == ("tst", ((),))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.yaml", "there is no file gone.yaml"),
        ("lost", "lost is a symbolic link that leads nowhere"),
    ],
)
def test_what_stands_for_nothing_is_refused(name: str, message: str, context: Context) -> None:
    with pytest.raises(ShunterError) as caught:
        targets_of(context, [name])
    assert caught.value.message == message
    assert caught.value.hint


def test_what_belongs_to_no_chart_is_named(context: Context) -> None:
    chosen = targets_of(context, ["notes.txt", "two", "empty"])
    assert ([target.folder.name for target in chosen.targets], chosen.strays) == (["two"], ["notes.txt", "empty"])


def test_a_chart_stands_for_its_other_values_files_unless_it_is_judged_alone(context: Context) -> None:
    write(
        context.root,
        {"two/values_b.yml": "", "two/ci/x/a-values.yaml": "", "two/ci/no.yaml": "", "two/valuesX.yaml": ""},
    )
    assert named(context, "two") == [("two", ((), ("two/ci/x/a-values.yaml",), ("two/values_b.yml",)))]
    assert targets_of(context, ["two"], alone=True).targets[0].runs == ((),)
    assert named(context, "two/values_b.yml", "two") == [
        ("two", (("two/values_b.yml",), (), ("two/ci/x/a-values.yaml",)))
    ]


def test_files_of_ours_are_those_outside_of_charts(tmp_path: Path) -> None:
    own = ["shunter.yaml", ".copier-answers.yml", ".shunter/applied.yaml", "trains/1.0.0.yaml", "a/.shunter/train.yaml"]
    others = ["trains/README.md", "a/trains/1.0.0.yaml", "a/values.yaml", "chart/.copier-answers.yml", "chart/x.yaml"]
    write(tmp_path, dict.fromkeys((*own, *others, "chart/Chart.yaml", "chart/.shunter/train.yaml"), ""))
    context = Context(tmp_path, tmp_path, None)
    assert own_names(context, [*others, *own, "chart/.shunter/train.yaml", "b/shunter.yaml", "."]) == own
    assert own_names(Context(tmp_path, tmp_path / "a", None), ["../shunter.yaml", "values.yaml"]) == ["../shunter.yaml"]
