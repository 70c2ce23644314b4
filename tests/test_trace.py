"""One child's year: the story runs, its table is its log, the replay has the same luck, the command writes it all."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import sdmsim
from sdmsim import metrics
from sdmsim.base import InputErrors
from sdmsim.lab.trace import AS_PLANNED, Trace, check_child, trace
from sdmsim.metrics.trace import absences_of, outcomes_of, reviews_of, sessions_of, skills_of
from sdmsim.show.cli import main

CHILD = "K07"
FILES = {
    "report.html",
    *("manifest.json", "trace.csv", "probes.csv", "replay.csv", "figures"),
    *(f"figures/{name}.{kind}" for name in ("timeline", "replay") for kind in ("png", "svg", "csv")),
}


@pytest.fixture(scope="module")
def story(repository: Path) -> Path:
    return repository / "scenarios" / "kindergartner.toml"


@pytest.fixture(scope="module")
def found(story: Path) -> Trace:
    return trace(sdmsim.load(story), CHILD)


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="sdmsim")


def test_the_story_is_told_as_planned(found: Trace) -> None:
    """Colours in a class of 20 with friends, speech alone in the quiet room; the mix shifts at mid-year."""
    assert next(s.size for s in found.scenario.roster.sections if s.section == "KA") == 20
    assert found.own.plan.week.unplaced == ()
    given = sessions_of(found.own, CHILD).query("happened == 'given'")
    where = set(zip(given["goal"], given["where"], given["place"], strict=True))
    assert where == {("colours", "in class", "KA"), ("speech_sounds", "in a room apart", "quiet room")}
    assert {i for ids in given.query("goal == 'colours'")["company"] for i in ids.split()} == {"K02", "K15"}
    assert set(given.query("goal == 'speech_sounds'")["company"]) == {""}
    assert [d.isoformat() for d in reviews_of(found.own, CHILD)] == ["2025-01-27"]
    later = given["date"] >= "2025-01-27"
    share = given.assign(colours=given["goal"] == "colours").groupby(later)["colours"].mean()
    assert share[True] > share[False]


def test_the_table_has_every_minute_of_the_log(found: Trace) -> None:
    """Given and missed minutes of each goal in each arm are those of the fidelity table, reason by reason."""
    for log in found.logs.values():
        table, rows = sessions_of(log, CHILD), metrics.fidelity(log).query("student == @CHILD")
        for goal, own in rows.groupby("goal"):
            mine = table[table["goal"] == goal]
            assert mine.loc[mine["happened"] == "given", "minutes"].sum() == pytest.approx(own["provided"].sum())
            assert mine["minutes"].sum() == pytest.approx(own["owed"].sum())
            for reason, minutes in mine[mine["reason"] != ""].groupby("reason")["minutes"].sum().items():
                assert minutes == pytest.approx(own[reason].sum())


def test_the_outcomes_are_those_of_the_other_tables(found: Trace) -> None:
    """Class missed is that of the students' table; skill and gains are those of the goals' table."""
    for log in found.logs.values():
        mine = outcomes_of(log, CHILD).set_index("goal")
        child = metrics.students_table(log).set_index("id").loc[CHILD]
        assert mine["class_minutes_missed"].to_numpy() == pytest.approx(child["class_minutes_missed"])
        assert mine["minutes_given"].sum() == pytest.approx(child["minutes_delivered"])
        goals = metrics.goals_table(log).query("id == @CHILD").set_index("goal")
        same = ["end_in_therapy", "end_in_class", "trained_gain_sd", "classroom_effect_sd"]
        assert mine[same].to_numpy() == pytest.approx(goals.loc[mine.index, same].to_numpy())


def test_skills_hold_the_probes_that_were_taken(found: Trace) -> None:
    """Right answers and true probabilities are those of the year's table of probes, and a start without a probe."""
    skills = skills_of(found.own, CHILD)
    keys = ["goal", "date", "context"]
    taken = skills.dropna(subset=["right"]).set_index(keys)[["right", "true_probability"]].astype(float)
    known = metrics.probes_table(found.own).query("id == @CHILD").set_index(keys)
    assert len(taken) == len(known) > 0
    pd.testing.assert_frame_equal(
        taken.sort_index(), known[["right", "true_probability"]].astype(float).sort_index(), check_exact=False
    )
    first = found.own.plan.calendar.days[0].date.isoformat()
    assert skills.loc[skills["date"] == first, "right"].isna().all()


def test_every_arm_has_the_same_luck(found: Trace) -> None:
    """The child's absences, its start and the therapist's absences are the same; only the places differ."""
    own = found.own
    for arm, log in found.logs.items():
        assert absences_of(log, CHILD) == absences_of(own, CHILD) != []
        assert log.absences == own.absences
        assert log.staff_absences == own.staff_absences
        first = skills_of(log, CHILD).groupby(["goal", "context"])["true_probability"].first()
        assert first.equals(skills_of(own, CHILD).groupby(["goal", "context"])["true_probability"].first())
        where = set(sessions_of(log, CHILD)["where"])
        one = {"pull-out only": {"in a room apart"}, "push-in only": {"in class"}}
        assert where == one.get(arm, {"in class", "in a room apart"})
    replay = found.replay().set_index("arm")
    assert replay["minutes_owed"].groupby(level=0).sum().nunique() == 1
    missed = replay["class_minutes_missed"].groupby(level=0).first()
    assert missed["pull-out only"] > missed[AS_PLANNED] > missed["push-in only"] == 0.0


def test_other_children_keep_their_settings_in_the_replay(found: Trace) -> None:
    """Only the traced child's rows move."""
    for log in found.logs.values():
        for request, own in zip(log.plan.week.requests, found.own.plan.week.requests, strict=True):
            if log.plan.school.students[request.student].id != CHILD:
                assert request == own


def test_the_command_writes_tables_and_pictures(story: Path, tmp_path: Path) -> None:
    """Every file is there, twice the same, and the console says where they are."""
    out = tmp_path / "out"
    words = ("trace", story, "--student", CHILD, "--out", out)
    result = ask(*words)
    assert result.exit_code == 0, result.output
    assert str(out) in result.output.replace("\n", "")
    assert {p.relative_to(out).as_posix() for p in out.rglob("*")} == FILES
    assert json.loads((out / "manifest.json").read_text())["student"] == CHILD
    once = {name: (out / name).read_bytes() for name in FILES - {"manifest.json", "figures"}}
    again = ask(*words, "--quiet")
    assert (again.exit_code, again.output) == (0, "")
    assert {name: (out / name).read_bytes() for name in once} == once


@pytest.mark.parametrize("more", [("--student", "K02"), ("--seed", "2"), ("--assumptions", "neutral")])
def test_other_results_are_not_written_over(story: Path, tmp_path: Path, more: tuple[str, str]) -> None:
    """A folder with the trace of another child, seed or set of assumptions is refused and stays as it was."""
    out = tmp_path / "out"
    assert ask("trace", story, "--student", CHILD, "--out", out, "--quiet").exit_code == 0
    before = (out / "replay.csv").read_bytes()
    other = ("trace", story, "--out", out, *(("--student", CHILD) if more[0] != "--student" else ()), *more)
    result = ask(*other)
    assert result.exit_code == 2
    assert "--out" in result.output
    assert (out / "replay.csv").read_bytes() == before


def test_an_unknown_child_is_refused_in_one_message(story: Path, tmp_path: Path) -> None:
    """One line with the near id, exit status 2, and nothing is written."""
    out = tmp_path / "out"
    result = ask("trace", story, "--student", "K7", "--out", out)
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert '"K7" is no child of A kindergartner' in result.output
    assert result.output.startswith("--student: ")
    assert 'did you mean "K07"?' in result.output
    assert not out.exists()


def test_a_child_without_direct_service_is_refused(story: Path) -> None:
    """There is nothing to trace, and the message says so."""
    scenario = sdmsim.load(story)
    services = tuple(row for row in scenario.roster.services if row.id != "S04")
    scenario._roster = scenario.roster.model_copy(update={"services": services})
    with pytest.raises(InputErrors, match="no direct service row"):
        check_child(scenario, "S04")
