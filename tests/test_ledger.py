"""The ledger of behavioural numbers, its three sets, and the front doors through which a set or a number is chosen."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_results import made_results
from small_school import FILES, write

from sdmsim.base import InputErrors, read_as
from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import load_experiment
from sdmsim.plan import week_problem
from sdmsim.scenario import load
from sdmsim.show import assumed as shown
from sdmsim.show.cli import main
from sdmsim.show.report import html_report
from sdmsim.theory.ledger import GRADES, SETS, Assumptions, Parameter, ledger, read_assumptions

SMALL = FILES["school.toml"]
EVERY = list(ledger().values())


def every(*, of: tuple[Parameter, ...] = tuple(EVERY)) -> pytest.MarkDecorator:
    """One test for each parameter."""
    return pytest.mark.parametrize("p", of, ids=[p.name for p in of])


def sdmsim(*words: str | Path) -> Result:
    """The command line in this process."""
    return CliRunner().invoke(main, [str(word) for word in words])


def with_assumptions(folder: Path, text: str) -> Path:
    """The small school with these lines at the end of its scenario."""
    return write(folder, {"school.toml": f"{SMALL}\n{text}\n"})


# The ledger itself


@every()
def test_a_number_has_an_honest_place(p: Parameter) -> None:
    """A default lies in its range, the range in what can be said at all, and so does the number of every set."""
    assert p.least <= p.low <= p.evidence <= p.high <= p.most
    assert p.low < p.high
    assert all(p.least <= getattr(p, name) <= p.most for name in SETS)
    assert p.law == "uniform" or p.low > 0.0


@every()
def test_a_number_says_what_it_is_and_where_it_is_from(p: Parameter) -> None:
    """Meaning, unit, source and grade stand in every entry; what is measured or calibrated names its source."""
    assert len(p.meaning) > 10
    assert p.unit
    assert len(p.source) > 10
    assert p.grade in GRADES
    assert p.grade == "judged" or re.search(r"[A-Z]\d|[12]\d{3}|of \d+ days|egsingle|scd_|vsae", p.source)


def test_the_ledger_names_no_way_to_deliver() -> None:
    """Neither the ledger nor any theory knows of push-in or pull-out: a place is a set of numbers."""
    files = [f for f in resources.files("sdmsim.theory").iterdir() if f.name.endswith((".toml", ".py"))]
    assert len(files) > 5
    text = {f.name: f.read_text("utf-8").lower() for f in files}
    head = text.pop("__init__.py")
    assert "knows what push-in or pull-out is" in head
    assert not [name for name, words in text.items() if re.search(r"push.?in|pull.?out|hybrid", words)]


def test_every_number_is_read_by_the_model() -> None:
    """No number of the ledger is there for show: the simulator asks for it by its name, or by its group."""
    folder = resources.files("sdmsim")
    text = "".join(
        f.read_text("utf-8") for room in ("world", "metrics", "lab") for f in (folder / room).iterdir()
        if f.name.endswith(".py")
    )  # fmt: skip
    read = set(re.findall(r"\"([a-z]+\.[a-z_.]+)\"", text)) | set(re.findall(r"\"([a-z]+\.[a-z_.]+)\.\{", text))
    assert [p.name for p in EVERY if not {p.name, p.name.rpartition(".")[0]} & read] == []


# Three sets


def test_neutral_leaves_minutes_alone() -> None:
    """In `neutral` places and groups differ in nothing: attention, turns, episodes, similarity, work, carry-over."""
    n = Assumptions(set="neutral").numbers()

    def group(name: str) -> set[float]:
        return {value for key, value in n.items() if key.startswith(f"{name}.")}

    assert group("places.similarity") == {1.0}
    assert len(group("places.work_share")) == 1
    assert len(group("practice.episodes_per_minute")) == 1
    assert n["attention.noise_logit"] == n["attention.size_logit"] == n["attention.relax_per_minute"] == 0.0
    assert n["practice.others_turns"] == n["practice.mixed_fit"] == 1.0
    nothing = (
        "stores.transfer", "practice.satiation", "places.overlap", "school.recovered", "team.teacher_knowledge",
        "team.substitute_loss", "team.mismatch", "team.mismatch_loss", "children.class_gap",
    )  # fmt: skip
    assert {name: n[name] for name in nothing} == dict.fromkeys(nothing, 0.0)


def test_the_sets_have_the_same_names_and_differ() -> None:
    """All three sets hold every number of the ledger, and no two are the same."""
    found = [Assumptions(set=name).numbers() for name in SETS]
    assert [list(numbers) for numbers in found] == [list(ledger())] * 3
    assert len({tuple(numbers.values()) for numbers in found}) == 3


def test_without_a_word_the_evidence_holds() -> None:
    """The default is `evidence`, and its numbers are the ledger's defaults."""
    assert Assumptions() == Assumptions(set="evidence")
    assert Assumptions().numbers() == {p.name: p.evidence for p in EVERY}


def test_the_grades_add_up() -> None:
    """Counts by grade sum to the ledger, and judged numbers are the ones listed."""
    grades = Assumptions().grades()
    assert sum(grades.values()) == len(EVERY)
    assert list(grades) == list(GRADES)
    line = shown.judged_line(Assumptions())
    assert [p.name in line for p in EVERY] == [p.grade == "judged" for p in EVERY]


def test_an_override_shows_in_numbers_and_notes(tmp_path: Path) -> None:
    """One's own number takes the place of the set's, alone; a note says both, and whether the evidence leaves it."""
    text = '[assumptions]\nset = "practitioner"\nplaces.noise.room = 0.3\n[assumptions.stores]\nkept = 0.9'
    scenario = load(with_assumptions(tmp_path, text))
    before, now = Assumptions(set="practitioner").numbers(), scenario.assumptions.numbers()
    changed = {name: value for name, value in now.items() if before[name] != value}
    assert changed == scenario.assumptions.overrides() == {"places.noise.room": 0.3, "stores.kept": 0.9}
    p = ledger()["stores.kept"]
    assert (
        f"assumptions.stores.kept is 0.9, in the set practitioner {p.practitioner:g};"
        f" the evidence leaves {p.low:g} to {p.high:g}." in scenario.notes
    )
    assert any(note.startswith("assumptions.places.noise.room is 0.3, in the set") for note in scenario.notes)


def test_a_scenario_without_assumptions_says_which_hold(tmp_path: Path) -> None:
    """A missing table means `evidence`, and a note says so; a table that is there needs no note."""
    assert "school.toml has no [assumptions]: the set evidence holds." in load(write(tmp_path)).notes
    notes = load(with_assumptions(tmp_path, '[assumptions]\nset = "neutral"')).notes
    assert not any("assumptions" in note for note in notes)


def test_a_dotted_name_varies_one_number(tmp_path: Path) -> None:
    """`but` reaches a number of the ledger under the name that the file, the column and the note have."""
    scenario = load(write(tmp_path))
    varied = scenario.but(**{"assumptions.practice.others_turns": 0.5, "assumptions.set": "neutral"})
    assert varied.assumptions.numbers() == Assumptions(set="neutral").numbers() | {"practice.others_turns": 0.5}
    again = varied.but(**{"assumptions.practice.mixed_fit": 0.25})
    assert again.assumptions.overrides() == {"practice.others_turns": 0.5, "practice.mixed_fit": 0.25}


def test_assumptions_alone_never_make_a_new_week(tmp_path: Path) -> None:
    """The timetable's key does not know of assumptions or of how a goal is practised; the scenario's digest does."""
    scenario = load(write(tmp_path))
    for changes in (
        {"assumptions.set": "neutral"},
        {"assumptions.stores.kept": 0.3},
        {"goals.language.in_room": "drill"},
    ):
        varied = scenario.but(**changes)
        assert week_problem(varied).digest() == week_problem(scenario).digest()
        assert varied.digest() != scenario.digest()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"stores": {"half_lif": 3}}, 'stores.half_lif: is not in the ledger; did you mean "stores.half_life"?'),
        ({"stors": {"kept": 0.3}}, 'stors: is not in the ledger; did you mean "stores"?'),
        ({"half_life": 3}, 'half_life: is not in the ledger; did you mean "stores.half_life"?'),
        ({"zzz": 3}, "zzz: is not in the ledger"),
        ({"stores": {"kept": "much"}}, 'stores.kept: "much" is not a number'),
        ({"stores": {"kept": True}}, "stores.kept: true is not a number"),
        ({"stores": {"kept": [0.1]}}, "stores.kept: a list is not a number"),
        ({"stores": {"kept": {"a": 1}}}, "stores.kept: a table is not a number"),
        ({"stores": {"kept": math.nan}}, "stores.kept: nan is not a number"),
        ({"attention": {"base_logit": 10**400}}, "attention.base_logit: is too large a number"),
        ({"stores": {"kept": 1.5}}, "stores.kept: 1.5 should be from 0 to 1"),
        ({"places": {"similarity": 1}}, "places.similarity: is a table of the ledger (room, lesson), not a number"),
        ({"stores.kept": 0.3}, '"stores.kept": write the dotted name without its quotes'),
        ({"set": "neutrl"}, 'set: "neutrl" is not known; did you mean "neutral"?'),
    ],
)
def test_what_will_not_do_is_said_at_its_place(given: Mapping[str, object], says: str) -> None:
    """One message for one thing wrong, at its key, with a guess where one is near."""
    with pytest.raises(InputErrors) as error:
        read_as(Assumptions, given, "mine.toml")
    assert str(error.value) == f"mine.toml: {says}"


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    """Several wrong numbers, and what is wrong elsewhere in the scenario, come in one list."""
    file = with_assumptions(tmp_path, "[assumptions.stores]\nkept = 2\nhalf_lif = 1\n[days]\nchild_attendance = 3")
    with pytest.raises(InputErrors) as error:
        load(file)
    assert [problem.where for problem in error.value.problems] == [
        "days.child_attendance", "assumptions.stores.kept", "assumptions.stores.half_lif",
    ]  # fmt: skip


def test_a_wrong_set_hides_no_wrong_number(tmp_path: Path) -> None:
    """A set that is not known and numbers that will not do are told together, each at its own key."""
    with pytest.raises(InputErrors) as error:
        load(write(tmp_path)).but(**{"assumptions.set": "x", "assumptions.stores.kept": 2, "assumptions.zzz": 1})
    assert [problem.where for problem in error.value.problems] == [
        "assumptions.set", "assumptions.stores.kept", "assumptions.zzz",
    ]  # fmt: skip


# The option of the commands


def test_a_set_takes_the_place_of_the_scenarios_own(tmp_path: Path) -> None:
    """`--assumptions NAME` replaces the table whole, its overrides too, and the manifest says what held."""
    file = with_assumptions(tmp_path, "[assumptions.stores]\nkept = 0.3")
    own, other = tmp_path / "own", tmp_path / "other"
    assert sdmsim("run", file, "--out", own, "--quiet").exit_code == 0
    assert sdmsim("run", file, "--out", other, "--quiet", "--assumptions", "neutral").exit_code == 0
    manifests = [json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (own, other)]
    assert [m["assumptions"] for m in manifests] == [
        {"set": "evidence", "overrides": {"stores.kept": 0.3}},
        {"set": "neutral", "overrides": {}},
    ]
    assert manifests[0]["inputs"] == manifests[1]["inputs"]
    table = (other / "assumptions.csv").read_text("utf-8").splitlines()
    assert len(table) == len(EVERY) + 1
    assert table[0] == "name,value,set_value,unit,grade,low,high,meaning,source"


def test_results_under_other_assumptions_are_not_written_over(tmp_path: Path) -> None:
    """A folder that holds a year under one set refuses a year under another, and says both."""
    file, out = write(tmp_path), tmp_path / "out"
    assert sdmsim("run", file, "--out", out, "--quiet").exit_code == 0
    before = {f.name: f.read_bytes() for f in out.iterdir()}
    refused = sdmsim("run", file, "--out", out, "--assumptions", "neutral")
    assert refused.exit_code == 2
    assert "assumptions evidence, now neutral" in refused.stderr
    assert {f.name: f.read_bytes() for f in out.iterdir()} == before


def test_a_file_of_assumptions_is_read_and_kept_in_mind(tmp_path: Path) -> None:
    """A file gives set and overrides without `[assumptions]`, counts among the inputs, and lacks no format unsaid."""
    own = tmp_path / "own.toml"
    own.write_text('set = "neutral"\n[stores]\nkept = 0.3\n', encoding="utf-8")
    scenario = load(write(tmp_path), assumptions=str(own))
    assert scenario.assumptions.said() == {"set": "neutral", "overrides": {"stores.kept": 0.3}}
    assert own in scenario.input_files()
    assert own in scenario.but(seed=5).input_files()
    assert "own.toml has no format; it is read as format 1." in scenario.but(seed=5).notes
    own.write_text('format = 1\nset = "neutral"\n', encoding="utf-8")
    assert read_assumptions(str(own)).notes == ()


COMMANDS = ("check", "run", "timetable", "experiment")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, '--assumptions: "neutrl" is neither a file nor a set of assumptions; did you mean "neutral"?'),
        ("format = 1\n[stores]\nkept = 2\n", "own.toml: stores.kept: 2 should be from 0 to 1"),
        ("format = 1\n[store]\nkept = 0.2\n", 'own.toml: store: is not in the ledger; did you mean "stores"?'),
        ("format = 2\n", "own.toml: format: 2 was written for a newer sdmsim; this one reads format 1"),
        ('format = "1"\n', "own.toml: format: '1' should be 1"),
        (
            "[assumptions.stores]\nkept = 0.2\n",
            "own.toml: assumptions: in a file of assumptions write [stores], not [assumptions.stores]",
        ),
    ],
)
def test_wrong_assumptions_stop_every_command(command: str, content: str | None, says: str, tmp_path: Path) -> None:
    """What is wrong with the set or the file is one message, exit status 2, and nothing is written."""
    file = write(tmp_path)
    asked = tmp_path / "experiment.toml"
    asked.write_text(
        'format = 1\ntitle = "Two"\nscenario = "school.toml"\nbaseline = "a"\nreplications = 2\n'
        '[[arm]]\nname = "a"\n[[arm]]\nname = "b"\nset = { "delivery.push_in_share" = 1.0 }\n',
        encoding="utf-8",
    )
    own = tmp_path / "own.toml"
    if content is not None:
        own.write_text(content, encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    out = [] if command == "check" else ["--out", tmp_path / "out"]
    done = sdmsim(
        command, asked if command == "experiment" else file, *out, "--assumptions", own if content else "neutrl"
    )
    assert (done.exit_code, done.stderr.strip()) == (2, says)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_year_says_what_it_assumed(tmp_path: Path) -> None:
    """`run` names the set, the numbers of one's own, the counts by grade and every judged number."""
    file = with_assumptions(tmp_path, "[assumptions.stores]\nkept = 0.3")
    done = sdmsim("run", file, "--out", tmp_path / "out")
    n = Assumptions().grades()
    assert (
        "the set evidence, with 1 number of its own (stores.kept 0.3); of "
        f"{len(EVERY)} numbers {n['measured']} measured, {n['calibrated']} calibrated, {n['judged']} judged."
    ) in done.stdout
    assert all(p.name in done.stdout for p in EVERY if p.grade == "judged")


def test_an_experiment_says_which_arm_assumes_what(tmp_path: Path) -> None:
    """An arm's own assumptions go before the option's, stand in its column of runs and in a note; others have none."""
    write(tmp_path)
    asked = tmp_path / "experiment.toml"
    asked.write_text(
        'format = 1\ntitle = "Two"\nscenario = "school.toml"\nbaseline = "a"\nreplications = 2\n'
        '[[arm]]\nname = "a"\n[[arm]]\nname = "b"\n'
        'set = { "assumptions.set" = "practitioner", "assumptions.stores.kept" = 0.3 }\n',
        encoding="utf-8",
    )
    results = execute(load_experiment(asked, assumptions="neutral"), workers=1)
    notes = [note for note in results.notes if note.startswith("Arm ")]
    assert notes == ['Arm "b" has assumptions of its own: practitioner with stores.kept 0.3.']
    assert results.manifest["assumptions"] == {"set": "neutral", "overrides": {}}
    by_arm = results.runs.groupby("arm")[["assumptions.set", "assumptions.stores.kept"]].first()
    assert by_arm.loc["a"].tolist() == ["neutral", ledger()["stores.kept"].neutral]
    assert by_arm.loc["b"].tolist() == ["practitioner", 0.3]
    assert results.assumptions["value"].tolist() == [p.neutral for p in EVERY]


def test_a_report_lists_what_nobody_measured() -> None:
    """The page names the set and the counts, and has a row for each judged number and for no other."""
    page = html_report(made_results(("a", "b"), replications=3), ())
    table = page.partition("Judged, not measured")[2].partition("</table>")[0]
    listed = re.findall(r'<th scope="row">([a-z_.]+)</th>', table)
    assert listed == [p.name for p in EVERY if p.grade == "judged"]
    assert f"the set evidence; of {len(EVERY)} numbers" in page
