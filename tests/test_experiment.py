"""Experiments: what a file may say, which arms it makes, and every problem in the words of the file."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile, copytree

import pytest
from known_kinds import KINDS
from small_experiment import ARMS, HEAD, REGROUP, SCENARIO, written

from sdmsim.base import InputErrors
from sdmsim.lab.enough import Enough
from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.record import Monthly

FACTORS = """
[factors]
"delivery.push_in_share" = [0, 0.5, 1.0]
"delivery.choose" = ["random", "section"]
"""


def messages(path: Path) -> list[str]:
    """Every problem of the file, as printed."""
    with pytest.raises(InputErrors) as raised:
        load_experiment(path)
    return [str(problem) for problem in raised.value.problems]


def test_arms_keep_the_order_of_the_file_and_vary_the_scenario(tmp_path: Path) -> None:
    """Each arm is the scenario with its values replaced; the others stay."""
    experiment = load_experiment(written(tmp_path))
    assert [name for name, _ in experiment.scenarios] == ["none", "half", "all"]
    assert [s.model_dump()["delivery"]["push_in_share"] for _, s in experiment.scenarios] == [0.0, 0.5, 1.0]
    assert {s.title for _, s in experiment.scenarios} == {"Small school"}
    assert experiment.varied == ("delivery.push_in_share",)
    assert (experiment.baseline, experiment.replications) == ("none", 3)
    assert experiment.variations == ()


def test_replications_may_be_a_rule(tmp_path: Path) -> None:
    """A table with a floor, a cap, and what is to be known of one metric; its keys are those of the contract."""
    experiment = load_experiment(
        written(tmp_path, rule('min = 20, max = 400, metric = "delivered_share", half_width = 0.005'))
    )
    assert experiment.replications == Enough(min=20, max=400, metric="delivered_share", half_width=0.005)


def test_factors_make_every_combination_named_after_its_values(tmp_path: Path) -> None:
    """Order of the file, the last factor varies fastest, numbers as written."""
    text = HEAD.replace('"none"', '"push_in_share 0, choose random"') + FACTORS
    experiment = load_experiment(written(tmp_path, text))
    assert [name for name, _ in experiment.scenarios] == [
        "push_in_share 0, choose random",
        "push_in_share 0, choose section",
        "push_in_share 0.5, choose random",
        "push_in_share 0.5, choose section",
        "push_in_share 1.0, choose random",
        "push_in_share 1.0, choose section",
    ]
    chosen = [s.model_dump()["delivery"] for _, s in experiment.scenarios]
    assert [(d["push_in_share"], d["choose"]) for d in chosen][3] == (0.5, "section")


def test_a_variation_of_grouping_is_crossed_with_every_arm(tmp_path: Path) -> None:
    """[[regroup]] varies each arm on top of what the arm sets."""
    experiment = load_experiment(written(tmp_path, HEAD + ARMS + REGROUP))
    assert [(arm, name) for arm, name, _ in experiment.variations] == [
        ("none", "language kinds may mix"),
        ("half", "language kinds may mix"),
        ("all", "language kinds may mix"),
    ]
    assert [s.model_dump()["delivery"]["push_in_share"] for _, _, s in experiment.variations] == [0.0, 0.5, 1.0]
    assert {s.grouping.mix for _, _, s in experiment.variations} == {(("language", "severe_language"),)}


def test_an_arm_may_replace_a_whole_table(tmp_path: Path) -> None:
    """A table replaces the old one: nothing of the old strategy is left."""
    arms = ARMS + '\n[[arm]]\nname = "class"\nset = { "delivery" = { kind = "push-in" } }\n'
    experiment = load_experiment(written(tmp_path, HEAD + arms))
    assert dict(experiment.scenarios)["class"].model_dump()["delivery"] == {"kind": "push-in"}


def test_paths_are_relative_to_the_file_that_holds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it is called from, the scenario is found beside the experiment; inputs name every file that was read."""
    folder = tmp_path / "deep" / "down"
    path = written(folder, 'record = "log.csv"\n' + HEAD + ARMS)
    (folder / "log.csv").write_bytes(b"\xef\xbb\xbfmonth,share,label\r\n9,0.73,2014\r\nOct,0.84,2014\r\n")
    monkeypatch.chdir(tmp_path)
    experiment = load_experiment(path.relative_to(tmp_path))
    assert [f.name for f in experiment.input_files()] == ["mix.toml", "school.toml", "log.csv"]
    assert all(f.exists() for f in experiment.input_files())
    assert experiment.monthly_record == (Monthly(9, 0.73, "2014"), Monthly(10, 0.84, "2014"))


def test_an_arm_may_bring_a_table_of_its_own(tmp_path: Path, repository: Path) -> None:
    """Another roster in one arm: named from the experiment's folder, and one of the files that were read."""
    copytree(repository / "scenarios" / "maple", tmp_path / "scenarios" / "maple")
    copyfile(repository / "scenarios" / "maple.toml", tmp_path / "scenarios" / "maple.toml")
    students = (tmp_path / "scenarios" / "maple" / "students.csv").read_text(encoding="utf-8")
    path = written(tmp_path / "questions", HEAD.replace("school.toml", "../scenarios/maple.toml") + ARMS)
    (path.parent / "others.csv").write_text(students, encoding="utf-8")
    path.write_text(path.read_text() + arm("other children", '"school.students" = "others.csv"'))
    experiment = load_experiment(path)
    read = {f.resolve().relative_to(tmp_path.resolve()).as_posix() for f in experiment.input_files()}
    assert {
        "questions/mix.toml",
        "questions/others.csv",
        "scenarios/maple.toml",
        "scenarios/maple/students.csv",
    } <= read
    assert len(read) == len(experiment.input_files()) == 9


def arm(name: str, change: str) -> str:
    return f'\n[[arm]]\nname = "{name}"\nset = {{ {change} }}\n'


def rule(keys: str, arms: str = ARMS) -> str:
    """An experiment that says by a table when there are enough replications."""
    return HEAD.replace("replications = 3", f"replications = {{ {keys} }}") + arms


BAD = {
    "a baseline that is not an arm": (
        HEAD.replace('"none"', '"nnoe"') + ARMS,
        ['mix.toml: baseline: "nnoe" is not an arm; did you mean "none"?'],
    ),
    "two arms of one name": (
        HEAD + ARMS + arm("half", '"delivery.push_in_share" = 0.6'),
        ['mix.toml: arm "half": is there 2 times; every one needs a name of its own'],
    ),
    "an unknown dotted name": (
        HEAD + ARMS + arm("50 %", '"delivery.push_in_shar" = 0.5'),
        ['mix.toml: arm "50 %": set: delivery.push_in_shar: is not known; did you mean "push_in_share"?'],
    ),
    "a value that will not do": (
        HEAD + ARMS + arm("too much", '"delivery.push_in_share" = 1.5'),
        ['mix.toml: arm "too much": set: delivery.push_in_share: 1.5 is above 1'],
    ),
    "problems of several arms at once": (
        HEAD + ARMS + arm("x", '"grouping.legal_sise" = 5') + arm("y", '"delivery.push_in_share" = -1'),
        [
            'mix.toml: arm "x": set: grouping.legal_sise: is not known; did you mean "legal_size"?',
            'mix.toml: arm "y": set: delivery.push_in_share: -1 is below 0',
        ],
    ),
    "a dotted name without quotes": (
        HEAD + ARMS + arm("bare", "delivery.push_in_share = 0.5"),
        [
            'mix.toml: arm "bare": set: delivery.kind: is missing (known: ' + KINDS + ") "
            '(this replaces the whole table "delivery"; to change one value write "delivery.push_in_share" in quotes)'
        ],
    ),
    "a factor without quotes": (
        HEAD + "\n[factors]\ndelivery.push_in_share = [0, 1]\n",
        ['mix.toml: factors.delivery: write the dotted name in quotes: "delivery.push_in_share"'],
    ),
    "a bad factor": (
        HEAD.replace('"none"', '"push_in_share 0"') + '\n[factors]\n"delivery.push_in_share" = [0, 2]\n',
        ["mix.toml: factors: delivery.push_in_share: 2 is above 1"],
    ),
    "the same value twice": (
        HEAD.replace('"none"', '"push_in_share 0"') + '\n[factors]\n"delivery.push_in_share" = [0, 0]\n',
        ['mix.toml: arm "push_in_share 0": is there 2 times; every one needs a name of its own'],
    ),
    "a factor without values": (
        HEAD + '\n[factors]\n"delivery.push_in_share" = []\n',
        ['mix.toml: factors."delivery.push_in_share": has no values'],
    ),
    "too many combinations": (
        HEAD + f'\n[factors]\n"school.seed" = {list(range(100))}\n"delivery.push_in_share" = [0, 0.5, 1]\n',
        ["mix.toml: factors: make 300 arms; at most 200 will do"],
    ),
    "both arms and factors": (
        HEAD + ARMS + '\n[factors]\n"delivery.push_in_share" = [0, 1]\n',
        ["mix.toml: factors: there are arms as well; give one or the other"],
    ),
    "neither arms nor factors": (
        HEAD,
        ["mix.toml: says nothing of what varies; give [[arm]] tables or [factors]"],
    ),
    "no baseline, no replications": (
        'format = 1\ntitle = "x"\nscenario = "school.toml"\n' + ARMS,
        ["mix.toml: baseline: is missing", "mix.toml: replications: is missing"],
    ),
    "too few replications": (
        HEAD.replace("replications = 3", "replications = 0") + ARMS,
        ["mix.toml: replications: 0 is below 1"],
    ),
    "a rule that is upside down, of a metric that is not there": (
        rule('min = 20, max = 10, metric = "delivered_shar", half_width = 0.005'),
        [
            "mix.toml: replications.min: 20 is above max, 10",
            'mix.toml: replications.metric: "delivered_shar" is not a metric; did you mean "delivered_share"?',
        ],
    ),
    "a rule without an aim": (
        rule('min = 20, max = 400, metric = "delivered_share"'),
        ["mix.toml: replications: give half_width (how narrow) or best (how sure); neither is given"],
    ),
    "a rule with two aims": (
        rule('min = 20, max = 400, metric = "delivered_share", half_width = 0.005, best = 0.95'),
        ["mix.toml: replications: give half_width (how narrow) or best (how sure); both are given"],
    ),
    "a rule of a ratio of totals": (
        rule('min = 20, max = 400, metric = "cost_per_goal_met", half_width = 5'),
        [
            'mix.toml: replications.metric: "cost_per_goal_met" is a ratio of totals, which no single year has; '
            "cost or goals_met will do"
        ],
    ),
    "a rule for the best of what has no best": (
        rule('min = 20, max = 400, metric = "review_hours", best = 0.95'),
        ['mix.toml: replications.metric: of "review_hours" neither more nor less is better by itself; give half_width'],
    ),
    "a rule with keys that will not do": (
        rule('min = 1, max = "x", metric = "cost", halfwidth = 1, best = 2'),
        [
            "mix.toml: replications.min: 1 is below 2",
            'mix.toml: replications.max: "x" is text, should be a whole number',
            "mix.toml: replications.best: 2 is above 0.999",
            'mix.toml: replications.halfwidth: is not known; did you mean "half_width"?',
        ],
    ),
    "a rule with one arm": (
        rule('min = 20, max = 400, metric = "cost", half_width = 1', '\n[[arm]]\nname = "none"\n'),
        ["mix.toml: replications: there is one arm only, so there is no difference to know; give a number"],
    ),
    "replications that are no whole number": (
        HEAD.replace("replications = 3", "replications = 2.5") + ARMS,
        ["mix.toml: replications: 2.5 should be a whole number or a table"],
    ),
    "an unknown key": (
        HEAD.replace("baseline", "basline") + ARMS,
        ["mix.toml: baseline: is missing", 'mix.toml: basline: is not known; did you mean "baseline"?'],
    ),
    "an arm without a name": (
        HEAD + ARMS + "\n[[arm]]\nset = {}\n",
        ["mix.toml: arm[4].name: is missing"],
    ),
    "a variation that changes nothing": (
        HEAD + ARMS + '\n[[regroup]]\nname = "same"\nset = {}\n',
        ['mix.toml: regroup "same": set: changes nothing'],
    ),
    "a variation with an unknown name": (
        HEAD + ARMS + '\n[[regroup]]\nname = "mixed"\nset = { "grouping.mixx" = [] }\n',
        ['mix.toml: regroup "mixed": set: grouping.mixx: is not known; did you mean "mix"?'],
    ),
    "a variation with the name of the arms themselves": (
        HEAD + ARMS + '\n[[regroup]]\nname = "as written"\nset = { "grouping.mix" = [] }\n',
        ['mix.toml: regroup "as written": is the name of the arms themselves; choose another'],
    ),
    "an arm with luck of its own": (
        HEAD + ARMS + arm("lucky", "seed = 7"),
        ['mix.toml: arm "lucky": set: seed: all arms have the seed of the scenario, so that they meet the same luck'],
    ),
    "a scenario in place of an experiment": (
        SCENARIO,
        ["mix.toml: is a scenario, should be an experiment"],
    ),
    "a scenario that is not there": (
        HEAD.replace("school.toml", "scool.toml") + ARMS,
        [
            'mix.toml: scenario: "scool.toml" is not there, as seen from the folder of mix.toml; '
            'did you mean "school.toml"?'
        ],
    ),
    "a scenario with a name that no file can have": (
        HEAD.replace("school.toml", "sch\\u0000l.toml") + ARMS,
        [
            'mix.toml: scenario: "sch\\u0000l.toml" is not there, as seen from the folder of mix.toml; '
            'did you mean "school.toml"?'
        ],
    ),
    "itself as its scenario": (
        HEAD.replace("school.toml", "mix.toml") + ARMS,
        ["mix.toml: scenario: names this experiment itself; name a scenario file"],
    ),
    "another experiment as its scenario": (
        HEAD.replace("school.toml", "other.toml") + ARMS,
        ['mix.toml: scenario: "other.toml" is an experiment, not a scenario'],
    ),
    "a later format": (
        HEAD.replace("format = 1", "format = 2") + ARMS,
        ["mix.toml: format: 2 was written for a newer sdmsim; this one reads format 1"],
    ),
    "a record that is not there": (
        'record = "logg.csv"\n' + HEAD + ARMS,
        ['logg.csv: there is no such file; did you mean "log.csv"?'],
    ),
    "a record with bad cells": (
        'record = "log.csv"\n' + HEAD + ARMS,
        [
            'log.csv:2: month: "13" is not a month; write 1 to 12 or its name, such as Sep',
            'log.csv:3: share: "0,8" has a decimal comma; did you mean "0.8"?',
            "log.csv:4: share: 1.2 is not a share from 0 to 1",
            "log.csv:5: label: is empty",
        ],
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_experiment_is_refused_in_the_words_of_its_file(tmp_path: Path, what: str) -> None:
    """The whole message, every problem at once."""
    text, expected = BAD[what]
    path = written(tmp_path, text)
    written(tmp_path, HEAD + ARMS, name="other.toml")
    (tmp_path / "log.csv").write_text('month,share,label\n13,0.5,a\n9,"0,8",a\n10,1.2,a\n11,0.7,\n')
    assert messages(path) == expected


def test_problems_of_the_scenario_and_of_the_experiment_come_together(tmp_path: Path) -> None:
    """A wrong baseline does not hide a wrong scenario."""
    path = written(tmp_path, HEAD.replace('"none"', '"x"') + ARMS, SCENARIO.replace('like = "small"', 'like = "smal"'))
    assert messages(path) == [
        'mix.toml: baseline: "x" is not an arm (known: all, half, none)',
        'school.toml: school.like: "smal" is not known; did you mean "small"?',
    ]


def test_a_file_without_a_format_is_read_with_a_note(tmp_path: Path) -> None:
    """No format: read as 1, and said so."""
    assert load_experiment(written(tmp_path)).notes == ()
    bare = load_experiment(written(tmp_path, (HEAD + ARMS).replace("format = 1\n", "")))
    assert bare.notes == ("mix.toml has no format; it is read as format 1.",)


def test_an_experiment_made_by_hand_has_no_scenario(tmp_path: Path) -> None:
    """An experiment made by hand has no scenario and says so."""
    from sdmsim.lab.experiment import Experiment

    bare = Experiment(title="x", scenario="s.toml", baseline="a", replications=1)
    with pytest.raises(RuntimeError, match="load_experiment"):
        _ = bare.base
