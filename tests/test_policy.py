"""Rules of a state as data: what ships, a file of one's own, what planners are warned of, what is billed."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hand_school import child, plan, pull_out, push_in, wanted
from hypothesis import given
from hypothesis import strategies as st
from small_experiment import ARMS, HEAD, SCENARIO, written
from small_school import FILES, edited, write

from sdmsim.base import InputErrors
from sdmsim.delivery.policy import Billing, Policy, RuleBook, rule_book, shipped_policies, shipped_policy
from sdmsim.events import Log
from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import load_experiment
from sdmsim.metrics import notes_of_year, regular_class_counts, regular_class_notes, students_table
from sdmsim.metrics.billing import billing_units
from sdmsim.scenario import Scenario, load
from sdmsim.show.cli import main
from sdmsim.streams import Luck
from sdmsim.world.learning import learn

TOML = "school.toml"
OWN = """\
format = 1
name = "Our district"
as_of = 2026-09-01
"""


def with_policy(named: str, **changes: Mapping[str, str]) -> dict[str, str]:
    """The small school's scenario with a policy."""
    return edited(TOML, ('title = "Small"\n', f'title = "Small"\npolicy = "{named}"\n'))


def own(folder: Path, rules: str, head: str = OWN, changes: Mapping[str, str] | None = None) -> Path:
    """The small school with a policy file of its own beside it."""
    (folder / "district.toml").write_text(head + rules, encoding="utf-8")
    return write(folder, {**with_policy("district.toml"), **(changes or {})})


def said(scenario: Scenario, name: str = "Our district") -> list[str]:
    """The warnings of a policy, without its name."""
    return [note.removeprefix(f"{name}: ") for note in scenario.notes if note.startswith(f"{name}: ")]


CAP = '[[rule]]\nkind = "caseload"\nroles = ["slp"]\nmost = {most}\nsource = "board paper"\n'


# ---------------------------------------------------------------- what ships


def test_every_policy_that_ships_is_whole_and_dated() -> None:
    """Each can be read, has a source for every rule and a date no later than the day it was written."""
    assert {"federal", "california", "florida", "new-york"} <= set(shipped_policies())
    for name in shipped_policies():
        policy = shipped_policy(name)
        assert policy.rule
        assert all(rule.source for rule in policy.rule)
        assert policy.as_of <= date(2026, 11, 24)
        assert set(policy.also) <= set(shipped_policies())
        assert name == "federal" or "federal" in policy.also


def caps(name: str) -> list[float]:
    return [rule.most for rule in shipped_policy(name).rule if rule.kind == "caseload"]


def test_the_numbers_are_those_that_were_read() -> None:
    """Caseloads, groups, classes, assistants, planning, thresholds and billing of the states."""
    found = {name: caps(name)[0] for name in shipped_policies() if caps(name)}
    assert found == {
        "alabama": 30, "california": 55, "illinois": 60, "kentucky": 65, "michigan": 60, "new-york": 65, "ohio": 80,
        "pennsylvania": 65, "virginia": 68,
    }  # fmt: skip
    by_kind = {(n, r.kind): r for n in shipped_policies() for r in shipped_policy(n).rule}
    assert by_kind["california", "caseload"].most_young == 40
    assert by_kind["california", "assistants"].most == 2
    assert (by_kind["california", "supervision"].first_share, by_kind["california", "supervision"].share) == (0.3, 0.2)
    assert by_kind["kentucky", "caseload"].assistant_share == 0.5
    assert by_kind["michigan", "caseload"].evaluations_count
    assert by_kind["federal", "regular-class"].thresholds == (0.8, 0.4)
    assert by_kind["ohio", "planning"].least_minutes == 200
    assert [r.most for r in shipped_policy("new-jersey").rule if r.kind == "class"] == [8, 10]
    assert [r.most for r in shipped_policy("new-york").rule if r.kind == "class"] == [12]
    assert [r.most for r in shipped_policy("new-york").rule if r.kind == "group"] == [5, 5]


# ---------------------------------------------------------------- warnings


def test_without_a_policy_nothing_is_said_and_with_one_its_last_word_is_no_legal_advice(tmp_path: Path) -> None:
    """The disclaimer stands once, last, with the rules that were looked at; nothing is refused."""
    assert not any("legal advice" in note for note in load(write(tmp_path)).notes)
    notes = load(write(tmp_path, with_policy("california"))).notes
    assert [note for note in notes if "legal advice" in note] == [notes[-1]]
    assert notes[-1] == (
        "Rules of California and Federal (caseload, assistants, supervision, regular-class, make-up):"
        " a planning aid, not legal advice."
    )


@pytest.mark.parametrize(("most", "warned"), [(8, True), (8.33, True), (8.34, False), (20, False)])
def test_a_caseload_is_counted_for_each_full_time_therapist(most: float, warned: bool, tmp_path: Path) -> None:
    """Five children for 0.6 FTE are 8.3 for a full-time therapist; the role's letters may be small."""
    found = said(load(own(tmp_path, CAP.format(most=most))))
    sentence = f"5 children for 0.6 FTE of slp are 8 for each full-time one, above {most:g}"
    assert found == ([f"{sentence} (board paper, as of 2026-09-01)."] if warned else [])


def test_a_rule_may_have_a_date_and_a_note_of_its_own(tmp_path: Path) -> None:
    """Both are shown with the number."""
    rule = CAP.format(most=1) + 'as_of = 2020-02-03\nnote = "an average"\n'
    assert said(load(own(tmp_path, rule)))[0].endswith("above 1 (board paper, as of 2020-02-03; an average).")


def test_a_school_of_young_children_has_the_lower_number(tmp_path: Path) -> None:
    """All children in the young grades: that number; one of them older: the other."""
    young = CAP.format(most=20) + 'most_young = 6\nyoung_grades = ["2", "3"]\n'
    assert "above 6" in said(load(own(tmp_path, young)))[0]
    assert said(load(own(tmp_path, young.replace('["2", "3"]', '["3"]')))) == []


ASSISTANTS = 'assistant_roles = ["SLPA"]\n'
WITH_ASSISTANTS = {
    "staff.csv": FILES["staff.csv"]
    + "".join(f"A-{n},SLPA,0.6,Mon Wed Fri,employee,07:45,15:15,11:00,12:30,30,0,\n" for n in (1, 2, 3))
}


def test_assistants_raise_a_caseload_and_have_a_number_of_their_own(tmp_path: Path) -> None:
    """Three assistants beside one therapist: the cap of 3 becomes 3 x (1 + 3 x .5) = 7.5; two each is exceeded."""
    raised = CAP.format(most=3) + ASSISTANTS + "assistant_share = 0.5\n"
    assert "above 7.5" in said(load(own(tmp_path, raised, changes=WITH_ASSISTANTS)))[0]
    assert "above 3 " in said(load(own(tmp_path, raised)))[0]
    rule = '[[rule]]\nkind = "assistants"\nroles = ["SLP"]\nmost = 2\nsource = "x"\n' + ASSISTANTS
    found = said(load(own(tmp_path, rule, changes=WITH_ASSISTANTS)))
    assert found == ["3 assistants for 1 SLP are above 2 each (x, as of 2026-09-01)."]
    assert said(load(own(tmp_path, rule.replace("most = 2", "most = 3"), changes=WITH_ASSISTANTS))) == []
    assert said(load(own(tmp_path, rule))) == []


def test_supervision_is_told_in_hours_where_there_are_assistants(tmp_path: Path) -> None:
    """Three assistants of 0.6 FTE work 67.5 hours: 20.2 of them supervised, then 13.5."""
    rule = (
        '[[rule]]\nkind = "supervision"\nfirst_workdays = 90\nfirst_share = 0.3\nfirst_direct_share = 0.2\n'
        'share = 0.2\ndirect_share = 0.1\nsource = "x"\n' + ASSISTANTS
    )
    assert said(load(own(tmp_path, rule))) == []
    (found,) = said(load(own(tmp_path, rule, changes=WITH_ASSISTANTS)))
    assert "30% of an assistant's work" in found
    assert "up to 20.2, then 13.5 hours a week" in found


def test_what_cannot_be_counted_is_said(tmp_path: Path) -> None:
    """Nobody with the role: not looked at. Children in evaluation: how many places they have."""
    nobody = CAP.format(most=5).replace("slp", "OT")
    assert said(load(own(tmp_path, nobody)))[0].startswith("the caseload is not looked at: no member of staff has")
    counted = said(load(own(tmp_path, CAP.format(most=10) + "evaluations_count = true\n")))
    assert "which leaves 2 of 10 for children in evaluation" in counted[0]
    over = said(load(own(tmp_path, CAP.format(most=4) + "evaluations_count = true\n")))
    assert "above 4; children in evaluation count too" in over[0]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ('kind = "group"\nmost = 2', ["grouping.legal_size is 3, above 2 children in a group (x, as of 2026-09-01)."]),
        ('kind = "group"\nmost = 3', []),
        ('kind = "group"\nmost = 2\nservices = ["Speech"]',
         ["grouping.legal_size is 3, above 2 children in a group of Speech (x, as of 2026-09-01)."]),
        ('kind = "group"\nmost = 2\nservices = ["resource room"]', []),
        ('kind = "class"\nmost = 1\nclasses = "co-taught"',
         ["more than 1 children with plans in 2A (2), 3B (2), too many where it is co-taught (x, as of 2026-09-01)."]),
        ('kind = "class"\nmost = 1\nclasses = "co-taught"\ngrades = ["3"]',
         ["more than 1 children with plans in 3B (2), too many where it is co-taught (x, as of 2026-09-01)."]),
        ('kind = "class"\nmost = 2\nclasses = "co-taught"', []),
        ('kind = "planning"\nroles = ["SLP"]\nleast_minutes = 200\nleast_fte = 0.6',
         ['"SLP-1" has 0 minutes a week of planning, below 200 for 0.6 FTE and more (x, as of 2026-09-01).']),
        ('kind = "planning"\nroles = ["SLP"]\nleast_minutes = 200', []),
        ('kind = "amount"\nservices = ["speech"]\nleast_minutes = 29.9',
         ["1 of 4 children have less speech than 29.9 minutes a week (x, as of 2026-09-01)."]),
        ('kind = "amount"\nservices = ["speech"]\nleast_minutes = 20', []),
        ('kind = "make-up"\ntext = "all are made up"', ["missed sessions: all are made up (x, as of 2026-09-01)."]),
        ('kind = "billing"\nunit_minutes = 15\nfirst_minutes = 8', []),
    ],
)  # fmt: skip
def test_each_rule_is_told_in_the_planners_words(rule: str, found: list[str], tmp_path: Path) -> None:
    """Outside the number: what, above what, source, date. Inside: nothing."""
    assert said(load(own(tmp_path, f'[[rule]]\n{rule}\nsource = "x"\n'))) == found


# ---------------------------------------------------------------- names and files


def test_an_unknown_policy_is_guessed(tmp_path: Path) -> None:
    """The key of the scenario, the name, what was meant, exit status 2."""
    done = CliRunner().invoke(main, ["check", str(write(tmp_path, with_policy("californa")))])
    assert done.exit_code == 2
    line = 'school.toml: policy: "californa" is neither a policy that ships nor a TOML file; did you mean "california"?'
    assert done.stderr.splitlines() == [line]
    with pytest.raises(InputErrors, match=r"\(known: alabama, california, .*virginia\)"):
        load(write(tmp_path, with_policy("qqq")))


@pytest.mark.parametrize(
    ("head", "rules", "lines"),
    [
        (OWN, '[[rule]]\nkind = "caselod"\n',
         ['district.toml: rule[1].kind: "caselod" is not known; did you mean "caseload"?']),
        (OWN, CAP.format(most=-1) + "mots = 3\n",
         ["district.toml: rule[1].most: -1 is not above 0",
          'district.toml: rule[1].mots: is not known; did you mean "most"?']),
        (OWN, CAP.format(most=9) + CAP.format(most=9).replace('source = "board paper"\n', ""),
         ["district.toml: rule[2].source: is missing"]),
        (OWN.replace('name = "Our district"\n', ""), "", ["district.toml: name: is missing"]),
        (OWN.replace("2026-09-01", '"9/1/2026"'), "",
         ['district.toml: as_of: "9/1/2026" is not a date such as 2024-09-03;'
          ' did you mean "2026-09-01"? (or "2026-01-09")']),
        (OWN + 'also = ["federl"]\n', "",
         ['district.toml: also: "federl" is not a policy that ships; did you mean "federal"?']),
        (OWN.replace("format = 1", "format = 2"), "nonsense = 3\n",
         ["district.toml: format: 2 was written for a newer sdmsim; this one reads format 1"]),
        (OWN, '[[rule]]\nkind = "class"\nmost = 3\nclasses = "x"\ngrades = ["13"]\nsource = "x"\n',
         ['district.toml: "13" in a rule of kind "class" is not a grade (PK, K, 1 to 12)']),
        (OWN, '[[rule]]\nkind = "billing"\nunit_minutes = 15\nfirst_minutes = 8\nsource = "x"\n' * 2,
         ['district.toml: has 2 rules of kind "billing"; one will do']),
    ],
)  # fmt: skip
def test_a_file_of_ones_own_is_refused_in_its_own_words(
    head: str, rules: str, lines: list[str], tmp_path: Path
) -> None:
    """One line for each problem, named by file and key, exit status 2; a later format alone is told."""
    done = CliRunner().invoke(main, ["check", str(own(tmp_path, rules, head))])
    assert done.exit_code == 2
    assert done.stderr.splitlines() == lines


def test_problems_of_the_policy_and_of_the_rest_are_told_at_once(tmp_path: Path) -> None:
    """A wrong key of the scenario, a wrong table and an unknown policy: three lines."""
    text = with_policy("californa")[TOML].replace("legal_size = 3", "legal_size = 0")
    with pytest.raises(InputErrors) as refused:
        load(write(tmp_path, {TOML: text, "calendar.csv": None}))
    assert [p.where for p in refused.value.problems] == ["grouping.legal_size", "policy", ""]
    with pytest.raises(InputErrors, match=r"district\.toml: there is no such file"):
        load(write(tmp_path, with_policy("district.toml")))


def test_ones_own_file_builds_on_a_policy_that_ships_and_goes_before_it(tmp_path: Path) -> None:
    """`also = ["florida"]` brings Florida's rules and the federal ones; one's own billing step holds."""
    rule = '[[rule]]\nkind = "billing"\nunit_minutes = 30\nfirst_minutes = 1\nsource = "x"\n'
    book = load(own(tmp_path, rule, OWN + 'also = ["florida"]\n')).rules_of_state
    assert [policy.name for policy in book.policies] == ["Our district", "Florida", "Federal"]
    found = book.first(Billing)
    assert found is not None
    assert (found[0].name, found[1].unit_minutes) == ("Our district", 30)


def test_a_file_without_a_format_is_read_with_a_note(tmp_path: Path) -> None:
    """As a scenario file is."""
    notes = load(own(tmp_path, "", OWN.replace("format = 1\n", ""))).notes
    assert "district.toml has no format; it is read as format 1." in notes


def test_the_policy_is_an_input_of_the_results_and_of_the_digest(tmp_path: Path) -> None:
    """Its file is among the inputs; another number in it is another scenario; it can be carried to a worker."""
    first = load(own(tmp_path, CAP.format(most=9)))
    assert tmp_path / "district.toml" in first.input_files()
    before = first.digest()
    assert load(own(tmp_path, CAP.format(most=8))).digest() != before
    assert pickle.loads(pickle.dumps(first)).rules_of_state == first.rules_of_state
    assert load(write(tmp_path)).digest() != before


def test_an_arm_may_name_another_policy_relative_to_its_own_file(tmp_path: Path) -> None:
    """`but` and `vary` take a name or a file; the file is found from where the change is written."""
    small = load(write(tmp_path))
    assert small.but(policy="ohio").rules_of_state.policies[0].name == "Ohio"
    beside = tmp_path / "experiments"
    beside.mkdir()
    (beside / "district.toml").write_text(OWN, encoding="utf-8")
    changed = small.vary({"policy": "district.toml"}, beside)
    assert changed.rules_of_state.policies[0].name == "Our district"
    assert changed.but(seed=5).rules_of_state.policies[0].name == "Our district"
    assert small.vary({"policy": "ohio"}, beside).rules_of_state.policies[0].name == "Ohio"


def test_the_schema_knows_the_policy_file() -> None:
    """`sdmsim schema` has a third object with the kinds of rules."""
    found = json.loads(CliRunner().invoke(main, ["schema"]).stdout)
    assert {"name", "as_of", "also", "rule"} <= found["policy"]["properties"].keys()
    assert "policy" in found["scenario"]["properties"]


# ---------------------------------------------------------------- regular class


FEDERAL = RuleBook((shipped_policy("federal"),))


def out_of_class(*minutes: int) -> Log:
    """Children who are so many minutes a week in a room apart, of a week of 1,150; an empty log."""
    parts = [(n, part) for n, m in enumerate(minutes) for part in (m // 2, m - m // 2) if part]
    requests = [wanted(n, "therapy_room", part) for n, part in parts]
    school = plan([child(f"C{n}") for n in range(len(minutes))], requests, [])
    return Log(replace(school, rules_of_state=FEDERAL), 1, 0)


def test_children_below_and_near_a_threshold_are_counted_by_all_services() -> None:
    """Of 1,150 minutes 230 are a fifth: at 80 % a child is near, a minute more is below; 5 points are 57.5."""
    log = out_of_class(0, 172, 173, 230, 231, 690, 691)
    counts = regular_class_counts(log.plan)
    assert counts == {
        "regular_class_below.80": 3, "regular_class_near.80": 2,
        "regular_class_below.40": 1, "regular_class_near.40": 1,
    }  # fmt: skip
    two = plan([child("A")], [wanted(0, "therapy_room", 200), wanted(0, "therapy_room", 31)], [])
    assert regular_class_counts(replace(two, rules_of_state=FEDERAL))["regular_class_below.80"] == 1
    assert regular_class_counts(two) == {}
    notes = notes_of_year(log.plan)
    assert len(notes) == 4
    assert notes[0].startswith("Federal: children below 80% of the school week in regular class, by all services")
    assert ": 3 (IDEA Part B" in notes[0]
    assert notes_of_year(out_of_class(0, 30).plan) == ()


def test_arms_with_such_children_are_named() -> None:
    """Only arms in which there are some."""
    arms = [("a", {"regular_class_below.80": 2.0}), ("b", {"regular_class_below.80": 0.0}), ("c", {})]
    (note,) = regular_class_notes(FEDERAL, arms)
    assert 'as planned: 2 in "a" (IDEA' in note
    assert list(regular_class_notes(RuleBook(), arms)) == []


def test_every_child_has_its_share_in_the_table_of_children() -> None:
    """lre_share of students.parquet: 230 of 1,150 minutes outside leave .8."""
    log = out_of_class(0, 230)
    log.learning = learn(log, Luck(1, 0), log.plan.numbers)
    assert list(students_table(log)["lre_share"]) == [1.0, pytest.approx(0.8)]


# ---------------------------------------------------------------- billing


FLORIDA = RuleBook((shipped_policy("florida"),))


@pytest.mark.parametrize(
    ("minutes", "units"),
    [
        (0, 0),
        (5, 0),
        (7.9, 0),
        (8, 1),
        (20, 1),
        (22, 1),
        (22.9, 1),
        (23, 2),
        (37, 2),
        (38, 3),
        (52, 3),
        (53, 4),
    ],
)
def test_minutes_become_units_by_the_eight_minute_step(minutes: float, units: int) -> None:
    """5 minutes are none, 8-22 one, 23-37 two, 38-52 three."""
    (rule,) = (rule for rule in shipped_policy("florida").rule if isinstance(rule, Billing))
    assert rule.units(minutes) == units


@given(st.floats(0.0, 200.0), st.floats(0.0, 30.0))
def test_more_minutes_never_bill_less(minutes: float, more: float) -> None:
    """Units never fall with minutes, and 15 minutes more are one unit more once there is one."""
    rule = Billing(kind="billing", unit_minutes=15, first_minutes=8, source="x")
    assert rule.units(minutes + more) >= rule.units(minutes)
    assert minutes < 8 or rule.units(minutes + 15) == rule.units(minutes) + 1


def billed(
    present: Sequence[int], book: RuleBook = FLORIDA, end: date | None = None, start: date | None = None
) -> float:
    """Units of a week: a group of A and B on Monday, a visit to A alone on Tuesday; `present` on Monday."""
    school = plan(
        [child("A"), child("B")],
        [
            wanted(0, "therapy_room", 30),
            wanted(1, "therapy_room", 30, start=start, end=end),
            wanted(0, "classroom", 20),
        ],
        [pull_out(0, 610, 30, [(0, 0), (1, 0)]), push_in(1, 550, 20, [(2, 0)])],
    )
    monday = [(0, who, who, 0, 610.0, 30.0, -1) for who in present]
    sessions = [(0, 0, 610.0, 640.0, len(present))] if present else []
    return billing_units(
        Log(replace(school, rules_of_state=book), 1, 0, sessions=[*sessions, (1, 1, 550.0, 570.0, 1)],
            given=[*monday, (1, 0, 2, 1, 550.0, 20.0, -1)])
    )  # fmt: skip


def test_a_group_with_one_child_present_is_not_billed() -> None:
    """Both there: 2 + 2 units and 1 for the visit alone; one absent: the visit only. Where no rule says so: 2 + 1."""
    assert billed((0, 1)) == 5
    assert billed((0,)) == 1
    assert billed(()) == 1
    policy = shipped_policy("florida")
    (rule,) = (rule for rule in policy.rule if isinstance(rule, Billing))
    lenient = policy.model_copy(update={"rule": (rule.model_copy(update={"group_least_present": 1}),)})
    assert billed((0,), RuleBook((lenient,))) == 3


def test_who_is_left_of_a_group_whose_other_services_ended_is_alone_by_plan() -> None:
    """B's row ended the day before: A's session is an individual one and billed."""
    assert billed((0,), end=date(2024, 9, 1)) == 3
    assert billed((0,), end=date(2024, 9, 2)) == 1
    assert billed((0,), start=date(2024, 9, 3)) == 3
    assert billed((0,), start=date(2024, 9, 2)) == 1


def test_units_are_counted_only_where_a_policy_says_how() -> None:
    """Empty, not zero, without a policy or with one that has no billing step."""
    assert np.isnan(billed((0, 1), RuleBook()))
    assert np.isnan(billed((0, 1), FEDERAL))


# ---------------------------------------------------------------- through the front door


TIGHT = '[[rule]]\nkind = "regular-class"\nthresholds = [0.999]\nsource = "board paper"\n'


def test_run_and_experiment_say_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes of the manifest and of the page; units among the metrics; counts in weeks.csv; the advice stands once."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "district.toml").write_text(OWN + 'also = ["florida"]\n' + TIGHT, encoding="utf-8")
    scenario = SCENARIO.replace("seed = 3\n", 'seed = 3\npolicy = "district.toml"\n')
    experiment = written(tmp_path, HEAD + ARMS, scenario)
    done = CliRunner().invoke(main, ["run", "school.toml", "--out", "one"])
    assert done.exit_code == 0, done.output
    notes = json.loads(Path("one/manifest.json").read_text(encoding="utf-8"))["notes"]
    assert any(note.startswith("Our district: children below 100% of the school week") for note in notes)
    assert all(f"Note: {note}" in done.stdout for note in notes)
    assert "units billed" in done.stdout
    words = ["experiment", str(experiment), "--replications", "2", "--workers", "1", "--out", "mix"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert done.stdout.count("not legal advice") == 1
    (below,) = [line for line in done.stdout.splitlines() if "Our district: children below" in line]
    assert 'in "none"' in below
    page = Path("mix/report.html").read_text(encoding="utf-8")
    assert "Our district: children below" in page
    assert "units billed" in page
    assert "regular_class_below.99.9" in Path("mix/weeks.csv").read_text(encoding="utf-8")


def test_a_policy_of_one_arm_counts_for_that_arm(tmp_path: Path) -> None:
    """The scenario names none, an arm does: its children near the threshold are noted; those of the others are not."""
    (tmp_path / "district.toml").write_text(OWN + TIGHT, encoding="utf-8")
    arms = ARMS.replace('"delivery.push_in_share" = 0.5', '"policy" = "district.toml"')
    results = execute(load_experiment(written(tmp_path, HEAD + arms)), replications=1, workers=1)
    (note,) = [note for note in results.notes if note.startswith("Our district: children below")]
    assert 'in "half"' in note
    assert 'in "none"' not in note


def test_a_rule_book_of_nothing_has_no_rules() -> None:
    """No name, no rules; a name that is no text is the scenario's own problem."""
    assert rule_book(None, Path(), "s.toml") == rule_book(3, Path(), "s.toml") == RuleBook()
    assert isinstance(shipped_policy("ohio"), Policy)
