"""Rules about trains, and about what environments run."""

from __future__ import annotations

from typing import Final

from shunter.core.rules.catalogue.rule import lint
from shunter.model.findings import Severity

TRAINS: Final = (
    lint(
        "history-broken",
        Severity.ERROR,
        "a history that is not as it was written",
        "Each change of an environment is one file in `.shunter/history/`, written once and named by a hash of what it "
        "says. One was edited, is missing, or does not go on from the one before. Restore the files from git.",
    ),
    lint(
        "record-mismatch",
        Severity.ERROR,
        "a record that no history explains",
        "`.shunter/train.yaml` says what an environment runs, and its history how it came there; here the two differ, "
        "or a car is not the one of the train that it names. After a merge `shunter lock ENV` makes one of both sides; "
        "else restore the record from git, or `shunter lock ENV --follow record` writes an entry that says so.",
    ),
    lint(
        "train-changed",
        Severity.ERROR,
        "a train that is not as it was cut",
        "A train is written once: `hash` in its file is that of all else in it, and each environment keeps what "
        "arrived with it. Somebody has edited the file. Restore it from git; what is to change is a new train.",
    ),
    lint(
        "stage-skipped",
        Severity.ERROR,
        "a promotion that leaves out a stage",
        "A car may enter an environment where it ran in what that environment promotes from, and this one never did. "
        "Promote it there first; `--force --why REASON` skips the stage, and the history says so.",
    ),
    lint(
        "car-rolled-back",
        Severity.ERROR,
        "a car that the stage before was rolled back from",
        "The environment that this one promotes from ran this version, and was taken back from it. It may go on once "
        "it has come there again; `--force --why REASON` passes over that, and the history says so.",
    ),
    lint(
        "train-yanked",
        Severity.ERROR,
        "a train that nobody is to promote any more",
        "`shunter train yank` has said so, and why. Cut a train without the car; `--force --why REASON` passes over "
        "that, and the history says so. A new train takes what only yanked trains have where `--car` names it.",
    ),
    lint(
        "other-line",
        Severity.ERROR,
        "a train of another line",
        "`line` in `shunter.yaml` says which trains an environment takes, such as those of one client; an environment "
        "without one takes trains of none. `--force --why REASON` passes over that, and the history says so.",
    ),
    lint(
        "hold-expired",
        Severity.ERROR,
        "a hold that is over",
        "A car was held up to a day that has passed, and would move now. Somebody has to say what is right: `shunter "
        "unhold ENV APP`, or hold it again.",
    ),
    lint(
        "car-down",
        Severity.ERROR,
        "a car that would go down",
        "A lower version than the one that runs would come, which may undo a fix. `--allow-downgrade APP` says that it "
        "is meant, and the history keeps that; `train cut --lower APP` says it once for all environments. `shunter "
        "rollback` is the way back to what ran before.",
    ),
    lint(
        "image-down",
        Severity.ERROR,
        "a newer chart with an older image",
        "The chart's version goes up, and its image is an older one than runs now, by the tags of both: no version "
        "shows that. `package --image` pins the right one, under a new version. `--allow-downgrade APP` says "
        "that it is meant, and the history keeps that; `train cut --lower APP` says it once for all environments.",
    ),
    lint(
        "image-unpinned",
        Severity.WARNING,
        "an image that is not pinned any more",
        "The chart that runs pins its image by a digest, and the one that comes does not: it runs whatever its tag "
        "leads to. `package --image REPOSITORY:TAG` pins it. `rules: {image-unpinned: error}` lets none come.",
    ),
    lint(
        "car-removed",
        Severity.ERROR,
        "a car that would go away",
        "What comes has no such car, so Helm would uninstall it. `--allow-remove APP` says that it is meant, and the "
        "history keeps that. A train may say so once for all environments, where it is cut.",
    ),
    lint(
        "car-replaced",
        Severity.ERROR,
        "another chart under the name of a car",
        "What comes has another chart under this alias, and its version has no order with the one that runs. "
        "`--allow-remove APP` says that it is meant, and the history keeps that.",
    ),
    lint(
        "version-rewritten",
        Severity.ERROR,
        "one version with two contents",
        "What comes has the version that runs, and is another archive. Nothing tells the two apart any more, so "
        "nothing opens this: publish it under a new version.",
    ),
    lint(
        "service-gone",
        Severity.ERROR,
        "a car whose service is gone",
        "The train before has a car that shunter.yaml has no service for any more. Say what becomes of it, once for "
        "all environments: `train cut --drop legacy`, or `--replace legacy=orders`.",
    ),
    lint(
        "not-published",
        Severity.ERROR,
        "a version that the registry does not hold",
        "A train has what the registry holds, releases by themselves. A new service is in once it has one: tag it "
        "where CI publishes, else `shunter package` it. Builds of branches are pre-releases, and come only where they "
        "are named: `train cut --car cart=1.0.0-main.42.g1a2b3c4`.",
    ),
    lint(
        "image-missing",
        Severity.ERROR,
        "an image that its registry does not have",
        "`train cut`, `promote` and `rollback` ask the workspace's own registry, `registries.images`, for each image "
        "that would run: by its digest, or else by its tag. This one is not there, so its pods would not start. Push "
        "it, and do it again; `--no-images` asks nobody, and the history says so.",
    ),
    lint(
        "plan-outdated",
        Severity.ERROR,
        "a plan for an environment that has changed since",
        "`promote --plan FILE` does exactly what was shown, and the environment is not the one that it was shown for. "
        "Make the plan again, and look at it.",
    ),
)
