"""The planner's page without a browser: levers, the work beside the page, the desk, what is uploaded, the port."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner
from small_school import FILES, edited, write

from sdmsim import measure, run
from sdmsim.base import InputErrors
from sdmsim.scenario import Scenario, load
from sdmsim.show.app import drawn, launch, schools, work
from sdmsim.show.app.answers import Answer, headline
from sdmsim.show.app.background import Background, Deaf, Ended
from sdmsim.show.app.desk import AS_IT_IS, Desk
from sdmsim.show.app.levers import LEAVE, Choice, Lever, Range, changes_of, in_words, levers_of, set_by, within
from sdmsim.show.cli import main

SOON = 90.0
"""Seconds until work in another process is given up as lost, on a machine with much else to do."""


def every_lever(scenario: Scenario) -> list[Lever]:
    return [lever for _, some in levers_of(scenario) for lever in some]


@pytest.fixture
def small(tmp_path: Path) -> Scenario:
    return load(write(tmp_path))


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk whose processes end with the test."""
    made = Desk()
    yield made
    made.close()


def wait_for(desk: Desk, done: Callable[[], bool]) -> None:
    """Hear what the work tells until something holds, or the work has ended."""
    while not done() and desk.background.busy:
        desk.background.wait(SOON)
        desk.hear()
    assert not desk.defect
    assert done()


# Levers


@pytest.mark.parametrize("name", ["maple", "birch", "equity", "kindergartner", "own-timetable", "riverbend"])
def test_every_lever_sets_what_a_scenario_has(repository: Path, name: str) -> None:
    """Each end of each range and each choice makes a scenario (staff apart: a site may be left without)."""
    scenario = load(repository / "scenarios" / f"{name}.toml")
    for lever in every_lever(scenario):
        ends = [set_by(lever, lever.low), set_by(lever, lever.high)] if isinstance(lever, Range) else []
        for changes in ends or list(lever.options.values() if isinstance(lever, Choice) else ()):
            if "staffing.fte" not in next(iter(changes), ""):
                scenario.but(**changes)


def test_a_lever_that_stands_where_the_school_stands_sets_nothing(small: Scenario) -> None:
    """Where nothing was moved, nothing is set, and the words say so."""
    levers = every_lever(small)
    still = {x.name: x.value if isinstance(x, Range) else LEAVE for x in levers}
    assert changes_of(levers, still) == {}
    assert changes_of(levers, {}) == {}
    assert in_words({}, levers) == LEAVE


def test_a_whole_strategy_takes_the_place_of_its_share(small: Scenario) -> None:
    """A share that was moved before does not stand beside another strategy."""
    levers = every_lever(small)
    pull_out = next(name for name in _choice(levers, "delivery").options if "pull-out" in name)
    assert changes_of(levers, {"delivery.push_in_share": 1.0}) == {"delivery.push_in_share": 1.0}
    found = changes_of(levers, {"delivery.push_in_share": 1.0, "delivery": pull_out})
    assert found == {"delivery": {"kind": "pull-out"}}
    assert "pull-out" in in_words(found, levers)


def test_a_smaller_legal_group_takes_the_preferred_one_with_it(small: Scenario) -> None:
    """A scenario refuses a preferred size above the legal one; the lever moves both."""
    lever = next(x for x in every_lever(small) if x.name == "grouping.legal_size")
    assert isinstance(lever, Range)
    assert set_by(lever, 2.0) == {"grouping.legal_size": 2, "grouping.preferred_size": 2}
    assert small.but(**set_by(lever, 2.0)).grouping.preferred_size == 2


def test_no_class_lever_without_children_whose_place_the_team_decides(tmp_path: Path) -> None:
    """Clustering moves only those children, so there is nothing to move."""
    services = FILES["services.csv"].replace(",team,", ",therapy_room,")
    scenario = load(write(tmp_path, {"services.csv": services}))
    assert "placement" not in [lever.name for lever in every_lever(scenario)]


def _choice(levers: list[Lever], name: str) -> Choice:
    found = next(lever for lever in levers if lever.name == name)
    assert isinstance(found, Choice)
    return found


def test_what_one_option_sets_is_told_from_another(small: Scenario) -> None:
    """Each option of each choice is recognised among the changes that it makes."""
    for lever in every_lever(small):
        if isinstance(lever, Choice):
            for name, sets in lever.options.items():
                hits = [other for other, theirs in lever.options.items() if theirs and within(theirs, sets)]
                assert hits == ([name] if sets else [])


# Work beside the page


def told(scenario: Scenario, years: int, known: int = 0) -> list[Any]:
    found: list[Any] = []
    work.first_answer(found.append, "one", scenario)
    work.answer(found.append, [work.Wanted("one", scenario, known)], years)
    return [one for one in found if not isinstance(one, Deaf)]


def test_a_sketch_comes_first_then_the_solved_week_and_its_years(
    small: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The years of the solved week are those of `sdmsim run`, metric by metric."""
    monkeypatch.setenv("SDMSIM_CACHE", str(tmp_path))  # no week is kept yet
    heard = told(small.but(seed=20261127), 4)
    weeks = [one for one in heard if isinstance(one, work.WeekMade)]
    assert [one.sketch for one in weeks] == [True, False]
    answer = Answer()
    for message in heard:
        answer.hear(message)
    assert sorted(answer.years) == [0, 1, 2, 3]
    assert answer.known == 4
    lived = measure(run(small, seed=20261127, replication=3))
    assert answer.years[3] == pytest.approx(dict(zip(lived["metric"], lived["value"], strict=True)), nan_ok=True)


def test_a_week_that_is_kept_needs_no_sketch(small: Scenario) -> None:
    """The second time the solved week is there at once."""
    told(small, 1)
    assert [one.sketch for one in told(small, 1) if isinstance(one, work.WeekMade)] == [False]


def test_years_that_are_known_are_not_lived_again(small: Scenario) -> None:
    """From four known years to six: two are lived."""
    lived = [one.replication for one in told(small, 6, known=4) if isinstance(one, work.YearLived)]
    assert lived == [4, 5]


def test_bands_narrow_and_differences_are_paired(small: Scenario) -> None:
    """More years, a narrower interval; against itself an option differs in nothing."""
    answer = Answer()
    widths = []
    for message in told(small, 12):
        answer.hear(message)
        if isinstance(message, work.YearLived) and not answer.sketch and len(answer.years) in (3, 12):
            found = headline("delivered_share", answer, answer)
            assert found is not None
            assert (found.difference, found.verdict) == ("no difference that shows", "the same")
            widths.append(found.high - found.low)
    assert widths[1] < widths[0]


def test_one_year_has_no_interval_and_no_verdict() -> None:
    """After one year it is too early to say; the difference is shown without an interval."""
    ours, theirs = (Answer(years={0: {"delivered_share": share}}) for share in (0.8, 0.7))
    found = headline("delivered_share", ours, theirs)
    assert found is not None
    assert (found.level, found.difference, found.verdict) == ("80.0", "+10.0 points", "too early to say")
    assert headline("lre_share", ours, theirs) is None


def _deaf(tell: Callable[[Any], None], word: str) -> None:
    tell(word)
    tell(Deaf(True))
    signal.pause()


def _talkative(tell: Callable[[Any], None], word: str) -> None:
    while True:
        tell((word, os.getpid()))


def _refused(tell: Callable[[Any], None]) -> None:
    from sdmsim.base import Problem

    raise InputErrors([Problem("a.csv", 2, "id", "is wrong")])


def _broken(tell: Callable[[Any], None]) -> None:
    raise ValueError("child 007")


def next_of(background: Background) -> Any:
    while True:
        for message in background.heard():
            return message
        assert background.wait(SOON)


def test_work_is_given_up_for_other_work_and_leaves_nothing_behind() -> None:
    """Work that tells gives itself up, deaf work is ended with its process; `close` ends all. What goes wrong is told,
    without the text of an error that may hold an id.
    """
    mine = psutil.Process()
    before = {p.pid for p in mine.children(recursive=True)}
    background = Background()
    background.ask(_talkative, "first")
    _, process = next_of(background)
    background.ask(_talkative, "second")
    assert next_of(background) == ("second", process)
    background.ask(_deaf, "third")
    assert next_of(background) == "third"
    while not background._deaf:
        list(background.heard())
    background.ask(_refused)
    assert next_of(background) == Ended(problems=("a.csv:2: id: is wrong",))
    background.ask(_broken)
    ended = next_of(background)
    assert ended.defect.startswith("ValueError at test_app_parts.py:")
    assert "007" not in ended.defect
    assert not psutil.pid_exists(process)
    background.ask(_talkative, "last")
    assert next_of(background)[0] == "last"
    background.close()
    left = [p for p in mine.children(recursive=True) if p.pid not in before and "resource_tracker" not in _words(p)]
    assert left == []


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return "resource_tracker"  # gone


# What is shown


def test_what_stands_in_an_id_is_shown_and_does_nothing(tmp_path: Path) -> None:
    """No tag of HTML, no picture of Markdown: a child's id is text wherever it stands."""
    evil = '<img src=//x onerror="a()">'
    answer = Answer()
    for message in told(load(write(tmp_path)), 1):
        answer.hear(message)
    assert answer.school is not None
    assert answer.week is not None
    child, *others = answer.school.students
    school = answer.school.model_copy(update={"students": (child.model_copy(update={"id": evil}), *others)})
    week = drawn.week_of(school, answer.week, 0)
    assert "&lt;img src" in week
    row = [evil] * 2
    for shown in (week, drawn.table(row, [row]), drawn.heading(evil), drawn.picture(b"", evil)):
        assert evil not in shown
        assert "<img src=//" not in shown
    assert drawn.label("![a](b)") == "!\\[a](b)"
    assert drawn.plain("![a](http://x/y)") == "\\!\\[a\\]\\(http\\:\\/\\/x\\/y\\)"


# The desk


def test_a_lever_is_answered_beside_how_the_school_is(desk: Desk, tmp_path: Path) -> None:
    """Moved, answered, saved under a name, taken back, found again without being lived again."""
    desk.open(write(tmp_path))
    desk.more_years(3)
    wait_for(desk, lambda: desk.answer_of(desk.options[AS_IT_IS]).known == 3)
    desk.move({"delivery.push_in_share": 1.0})
    assert desk.in_hand is not None
    moved = desk.in_hand
    wait_for(desk, lambda: desk.answer_of(moved).known == 3)
    assert desk.save("  all in   class ") == ""
    assert desk.save("all in class") == 'There is an option "all in class" already.'
    assert desk.save(" ") == "Give the option a name."
    desk.take(AS_IT_IS)
    assert desk.in_hand.changes == {}
    desk.take("all in class")
    assert desk.moved == {"delivery.push_in_share": 1.0}
    assert not desk.background.busy


def test_a_lever_that_makes_no_scenario_is_said_in_words(desk: Desk, repository: Path) -> None:
    """The answer before stays; going back takes the words away."""
    desk.open(repository / "scenarios" / "cedar-creek.toml")
    before = desk.in_hand
    desk.move({"staffing.fte.SLP": 0.2})
    assert any("staffing.fte.SLP" in line for line in desk.problems)
    assert desk.in_hand is before
    desk.move({})
    assert desk.problems == ()


def test_code_of_ones_own_is_not_run_by_the_page(desk: Desk, tmp_path: Path) -> None:
    """It runs in the command line only, where it is announced."""
    (tmp_path / "mine.py").write_text("raise SystemExit('this ran')\n")
    changes = edited("school.toml", ('kind = "hybrid"\npush_in_share = 0.5', 'kind = "mine:Mine"'))
    with pytest.raises(InputErrors, match="code runs in the command line only"):
        desk.open(write(tmp_path, changes))


def test_the_folder_of_a_desk_is_private_and_goes_with_it() -> None:
    """Nobody else may read it, and it is removed."""
    desk = Desk()
    folder = desk.folder
    assert os.name == "nt" or folder.stat().st_mode & 0o077 == 0
    del desk
    assert not folder.exists()


# What is uploaded


def packed(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


def test_files_and_a_folder_in_a_zip_are_the_same_school(tmp_path: Path) -> None:
    """Chosen one by one or packed, in a folder or not."""
    loose = schools.uploaded({name: text.encode() for name, text in FILES.items()}, tmp_path / "one")
    zipped = schools.uploaded({"s.zip": packed({f"my/{n}": text for n, text in FILES.items()})}, tmp_path / "two")
    assert load(loose).digest() == load(zipped).digest()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"students.csv": b"id\n"}, "no scenario (TOML file) is among them"),
        ({"s.zip": b"no zip"}, "s.zip: cannot be read as a ZIP file"),
        ({"s.zip": packed({"../out.toml": "x"})}, "s.zip: holds a file outside of its own folder"),
        ({"s.zip": packed({"/etc/out.toml": "x"})}, "s.zip: holds a file outside of its own folder"),
        ({"s.zip": packed({f"{n}.csv": "" for n in range(50)})}, "s.zip: holds more than 40 files"),
        ({"a.toml": FILES["school.toml"].encode(), "b.toml": FILES["school.toml"].encode()}, "several scenarios"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_words(tmp_path: Path, files: dict[str, bytes], says: str) -> None:
    """No traceback, and nothing outside the folder."""
    with pytest.raises(InputErrors) as refused:
        schools.uploaded(files, tmp_path / "inner")
    assert says in str(refused.value)
    assert [p.name for p in tmp_path.iterdir()] == ["inner"]


def test_scenarios_are_found_and_experiments_are_not(repository: Path) -> None:
    """The schools of the folder in which the page was started."""
    found = [file.name for file in schools.scenarios_in(repository)]
    assert "maple.toml" in found
    assert "maple-mix.toml" not in found


# The command


def test_a_port_in_use_is_said_or_passed_over() -> None:
    """A port that was asked for is refused in words; without one the next free one is taken."""
    with socket.socket() as taken:
        taken.bind((launch.ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(main, ["app", "--no-browser", "--port", str(port)])
        assert done.exit_code == 2
        assert f"--port: {port} is in use; give another" in done.stderr
    assert launch.free_port(None) >= launch.FIRST_PORT


def test_without_the_extra_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = CliRunner().invoke(main, ["app", "--no-browser"])
    assert done.exit_code == 2
    assert done.stderr == 'sdmsim app: the planner\'s page needs the extra app: pip install "sdmsim[app]"\n'


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise on Windows")
def test_ctrl_c_ends_the_page_and_all_that_it_started(tmp_path: Path) -> None:
    """Exit status 0, and no process is left."""
    words = [
        sys.executable,
        "-c",
        "from sdmsim.show.cli import main; main()",
        "app",
        "--no-browser",
        "--port",
        str(launch.free_port(None)),
    ]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as page:
        assert page.stdout is not None
        assert "http://127.0.0.1:" in page.stdout.readline()
        started = psutil.Process(page.pid).children(recursive=True)
        page.send_signal(signal.SIGINT)
        out, err = page.communicate(timeout=SOON)
        assert page.returncode == 0, err
        assert "Traceback" not in out + err
    assert not [p for p in started if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
