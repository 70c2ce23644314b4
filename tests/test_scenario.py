"""A scenario: loaded, varied by dotted name, digested, carried to another process."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_kinds import KINDS
from small_school import FILES, edited, write

from sdmsim.base import InputErrors, Problem, dotted, plain, read_toml
from sdmsim.delivery import Hybrid, PullOut
from sdmsim.delivery.rules import Moves
from sdmsim.scenario import Scenario, load

TOML = "school.toml"


@pytest.fixture
def small(tmp_path: Path) -> Scenario:
    """The small school, loaded."""
    return load(write(tmp_path))


def refusal(scenario: Scenario, changes: Mapping[str, Any]) -> list[str]:
    """What is said of changes that will not do."""
    with pytest.raises(InputErrors) as refused:
        scenario.but(**changes)
    return list(refused.value.lines())


def test_a_file_becomes_the_object_it_describes(small: Scenario) -> None:
    """Values given are as given, values not given are the defaults."""
    assert small.title == "Small"
    assert small.delivery == Hybrid(kind="hybrid", push_in_share=0.5)
    assert small.goals["language"].push_in_subjects == ("ELA",)
    assert small.moves == Moves(gather_minutes=2.0)
    assert small.seed == 1
    assert small.calendar.days[0].date == date(2024, 9, 3)
    assert len(small.roster.students) == 5


def test_a_value_is_replaced_by_its_dotted_name(small: Scenario) -> None:
    """Only what is named changes; the scenario itself stays as it was."""
    varied = small.but(**{"delivery.push_in_share": 0.25, "seed": 7})
    assert (varied.delivery, varied.seed) == (Hybrid(kind="hybrid", push_in_share=0.25), 7)
    assert (small.delivery, small.seed) == (Hybrid(kind="hybrid", push_in_share=0.5), 1)
    assert varied.but(**{"delivery.push_in_share": 0.5, "seed": 1}).digest() == small.digest()


def test_defaults_that_the_file_did_not_write_have_names_too(small: Scenario) -> None:
    """`moves.spread` and `days.called_away` can be varied, and the values beside them stay."""
    varied = small.but(**{"moves.spread": 0.0, "days.called_away": 0.5})
    assert varied.moves == Moves(gather_minutes=2.0, spread=0.0)
    assert varied.days.called_away == 0.5
    assert varied.days.child_unwilling == small.days.child_unwilling


def test_a_whole_table_takes_the_place_of_the_old_one(small: Scenario) -> None:
    """Nothing of the old table is left, whether the new one is a dict or the object itself."""
    assert small.but(delivery={"kind": "pull-out"}).delivery == PullOut(kind="pull-out")
    assert small.but(delivery=PullOut(kind="pull-out")).delivery == PullOut(kind="pull-out")
    assert small.but(moves={"spread": 0.1}).moves == Moves(spread=0.1)
    assert small.but(delivery={"kind": "hybrid", "push_in_share": 1}).delivery == Hybrid(kind="hybrid", push_in_share=1)


def test_dates_may_be_dates_or_text(small: Scenario) -> None:
    """From Python a date is a date, in a file's arm it may be ISO text."""
    assert small.but(**{"year.last_day": date(2024, 12, 13)}).year == small.but(**{"year.last_day": "2024-12-13"}).year


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"delivery.push_share": 1}, ['delivery.push_share: is not known; did you mean "push_in_share"?']),
        ({"movs.spread": 1}, ['movs: is not known; did you mean "moves"?']),
        ({"seed.x": 1}, ["seed: a table is given, should be a whole number"]),
        ({"title.x": 1}, ["title.x: title is not a table"]),
        ({"goals.langage.push_in_subjects": []},
         ['goals.langage.push_in_subjects: "langage" is not in [goals]; did you mean "language"?']),
        ({"goals.speech": {"push_in_subjects": []}},
         ['goals.speech: "speech" is not in [goals] (known: articulation, language)']),
        ({"delivery": {"kind": "hybird"}}, ['delivery.kind: "hybird" is not known; did you mean "hybrid"?']),
        ({"delivery": {"push_in_share": 0.5}}, ["delivery.kind: is missing (known: " + KINDS + ")"]),
        ({"delivery": None}, ["delivery: nothing is given, should be a table"]),
        ({"moves.spread": float("inf"), "seed": True, "year.last_day": "12/13/2024"},
         ["seed: true is given, should be a whole number",
          'year.last_day: "12/13/2024" is not a date such as 2024-09-03; did you mean "2024-12-13"?',
          "moves.spread: inf is not a number"]),
        ({"two words": 1}, ["two words: is not a dotted name such as delivery.push_in_share"]),
        ({"": 1}, ["is not a dotted name such as delivery.push_in_share"]),
        ({"seed = 3\nx": 1}, ["seed = 3\\u000ax: is not a dotted name such as delivery.push_in_share"]),
        ({"goals.language.push_in_subjects": ["Art"]},
         ['goals.language.push_in_subjects: "Art" is not a subject in bell.csv (known: ELA, WIN, lunch, maths)']),
        ({"grouping.legal_size": 2},
         ["grouping.legal_size: 2 is below preferred_size, which is 3 where it is not given"]),
    ],
)  # fmt: skip
def test_names_and_values_that_will_not_do_are_refused_by_their_name(
    small: Scenario, changes: Mapping[str, Any], says: list[str]
) -> None:
    """An unknown name or a wrong value is said under its dotted name, all of them at once."""
    assert refusal(small, changes) == [f"{TOML}: {line}" for line in says]


def test_a_row_is_named_by_its_line_when_an_arm_does_not_fit_it(small: Scenario) -> None:
    """Taking a goal's subjects away is refused where a row needs class: at the row's line of its file."""
    assert refusal(small, {"goals.language.push_in_subjects": []}) == [
        'services.csv:5: setting: "classroom", but goal "language" has no push_in_subjects in school.toml'
    ]


def test_tables_are_read_once_for_all_arms(small: Scenario, tmp_path: Path) -> None:
    """Arms share the school that was read, as long as they name the same one."""
    for table in FILES:
        (tmp_path / table).unlink()
    varied = small.but(**{"delivery.push_in_share": 0.0, "school.students": "students.csv"})
    assert varied.roster is small.roster
    assert varied.calendar is small.calendar
    assert varied.but(**{"year.last_day": "2024-12-13"}).calendar.days == small.calendar.days[:-5]
    assert refusal(small, {"school.pairs": "couples.csv"})[-1] == "couples.csv: there is no such file"


def test_another_table_is_another_school(small: Scenario, tmp_path: Path) -> None:
    """An arm may name another file, relative to the scenario's folder."""
    (tmp_path / "more.csv").write_text("student,other,rule\n", encoding="utf-8")
    assert small.but(**{"school.pairs": "more.csv"}).roster.pairs == ()
    assert small.but(**{"school.pairs": None}).roster.pairs == ()
    assert len(small.roster.pairs) == 2


def test_tables_among_changes_are_relative_to_the_file_that_holds_the_changes(small: Scenario, tmp_path: Path) -> None:
    """A file named in an experiment's folder is found from there, alone or in a whole [school]."""
    folder = tmp_path / "experiments"
    folder.mkdir()
    (folder / "more.csv").write_text("student,other,rule\n", encoding="utf-8")
    assert small.vary({"school.pairs": "more.csv"}, folder).input_files()[-1] == folder / "more.csv"
    tables = {name: f"../{name}.csv" for name in ("students", "services", "sections", "bell", "staff", "calendar")}
    whole = small.vary({"school": {"kind": "tables", "pairs": "more.csv", **tables}}, folder)
    assert (whole.roster.pairs, whole.roster.students) == ((), small.roster.students)
    with pytest.raises(InputErrors, match="there is no such file"):
        small.but(**{"school.pairs": "more.csv"})


def leaves(content: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Dotted name and value of everything in a scenario's content."""
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, (*path, key))
        yield dotted([*path, key]), value


@cache
def loaded(folder: Path) -> Scenario:
    """The small school, loaded once."""
    return load(write(folder))


NAMES_AND_VALUES = [
    ("seed", st.integers(0, 2**63 - 1)),
    ("delivery.push_in_share", st.floats(0, 1)),
    ("delivery.choose", st.sampled_from(["random", "section"])),
    ("moves.spread", st.floats(0, 2)),
    ("days.called_away", st.floats(0, 1)),
    ("week.planning_minutes_per_class", st.floats(0, 300)),
    ("year.start_up_weeks", st.integers(0, 15)),
    ("grouping.grade_span", st.integers(0, 12)),
]
CHANGES = st.fixed_dictionaries({}, optional=dict(NAMES_AND_VALUES))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The small school, loaded once for all examples."""
    return loaded(tmp_path_factory.mktemp("once"))


@given(changes=CHANGES)
def test_saying_a_value_again_changes_nothing(once: Scenario, changes: dict[str, Any]) -> None:
    """`but` with the values that a scenario has gives the same digest, name by name and all at once."""
    varied = once.but(**changes)
    same = dict(leaves(varied.model_dump(mode="json", exclude_none=True)))
    assert varied.but(**same).digest() == varied.digest()
    assert varied.but().digest() == varied.digest()


@given(first=CHANGES, second=CHANGES)
def test_the_last_word_counts(once: Scenario, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Two changes one after the other are both at once, the second where they meet."""
    assert once.but(**first).but(**second).digest() == once.but(**{**first, **second}).digest()


@given(first=CHANGES, second=CHANGES)
def test_digests_agree_as_far_as_scenarios_do(once: Scenario, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Equal scenarios have equal digests, different ones different digests."""
    one, other = once.but(**first), once.but(**second)
    assert (one.digest() == other.digest()) == (one == other)


@pytest.mark.parametrize(
    "table", ["students.csv", "services.csv", "sections.csv", "bell.csv", "staff.csv", "calendar.csv", "rooms.csv"]
)
def test_every_row_counts_in_the_digest(table: str, small: Scenario, tmp_path: Path) -> None:
    """Changing one cell of any table changes the digest; saving it with other line ends does not."""
    edits = {
        "students.csv": ("0.95", "0.94"),
        "services.csv": ("s3,speech,20", "s3,speech,25"),
        "sections.csv": ("T1", "T9"),
        "bell.csv": ("2,daily,11:15,14:45", "2,daily,11:15,14:40"),
        "staff.csv": ("0.6", "0.5"),
        "calendar.csv": ("13:25", "13:20"),
        "rooms.csv": ("35.5", "35"),
    }
    assert load(write(tmp_path, {table: FILES[table].replace("\n", "\r\n")})).digest() == small.digest()
    assert load(write(tmp_path, edited(table, edits[table]))).digest() != small.digest()


def test_writing_a_default_out_does_not_change_the_digest(small: Scenario, tmp_path: Path) -> None:
    """What a file says counts, not whether it says it: defaults and the order of keys are no difference."""
    longer = edited(TOML, ("legal_size = 3", "preferred_size = 3\nlegal_size = 3\ngrade_span = 1"))
    assert load(write(tmp_path, longer)).digest() == small.digest()


def test_a_scenario_can_be_carried(small: Scenario) -> None:
    """Pickled and read again, a scenario is the same, its school and its variations too."""
    carried = pickle.loads(pickle.dumps(small))
    assert carried == small
    assert carried.digest() == small.digest()
    assert carried.roster.lines == small.roster.lines
    assert carried.but(seed=3) == small.but(seed=3)


def test_a_spawned_process_gets_the_same_scenario(small: Scenario) -> None:
    """Nothing of a scenario depends on fork: a new process finds the same digest."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(Scenario.digest, small).result() == small.digest()


def test_problems_can_be_carried() -> None:
    """What a worker finds wrong arrives whole."""
    error = InputErrors([Problem("a.csv", 3, "id", "is empty"), Problem("b.toml", 0, "", "is empty")])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems
    assert str(error) == "a.csv:3: id: is empty\nb.toml: is empty"


def test_input_files_are_the_scenario_and_its_tables(small: Scenario, tmp_path: Path) -> None:
    """Every file that was read, in the order in which the scenario names them."""
    assert small.input_files() == tuple(
        tmp_path / name
        for name in (
            *(TOML, "students.csv", "services.csv", "sections.csv", "bell.csv"),
            *("staff.csv", "calendar.csv", "rooms.csv", "pairs.csv"),
        )
    )


def test_a_scenario_without_a_school_says_so(tmp_path: Path) -> None:
    """The class alone reads no files; its school comes with load() or make()."""
    with pytest.raises(RuntimeError, match="only when it comes from load"):
        _ = Scenario.model_validate(read_toml(write(tmp_path))).roster


def test_notes_name_the_defaults_that_took_the_place_of_what_was_not_given(small: Scenario) -> None:
    """Tables of rules that are missing are noted with their values, children without attendance are counted."""
    week, days, assumptions, *others = small.notes
    assert assumptions == "school.toml has no [assumptions]: the set evidence holds."
    assert week.startswith("school.toml has no [week]: full_time_hours 37.5, planning_minutes_per_class 15.0,")
    assert days.startswith("school.toml has no [days]: child_attendance 0.893, provider_attendance 0.97,")
    assert others == [
        "1 of 5 children have no attendance of their own: days.child_attendance, 0.893, holds for them.",
        'staff.csv has no rate for "SLP-1": no costs are worked out.',
        "Service rows that are not per week: 1 row: 4 x 30 min per month = 30.0 min per week"
        " (4 months in 16 school weeks); 1 row: 1 x 15 min per month = 3.8 min per week"
        " (4 months in 16 school weeks).",
    ]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        (edited(TOML, ("format = 1\n", "")), "school.toml has no format; it is read as format 1."),
        (edited(TOML, ('rooms = "rooms.csv"\n', "")),
         "No rooms.csv: each therapist has a room of its own for 3 children, 36 metres from every class."),
        (edited(TOML, ('pairs = "pairs.csv"\n', "")),
         "No pairs.csv: no two children must, must never or should be together."),
        (edited("students.csv", ("s5,3,3B", "s6,3,3B,SLI,,,\ns5,3,3B")), "1 of 6 children have no service row."),
        (edited("calendar.csv", ("2024-12-12", "2025-12-12")),
         "1 of 4 entries of calendar.csv are outside the year and change nothing."),
        (edited("services.csv", ("articulation,individual,therapy_room,SLP,,2024-11-29",
                                 "articulation,individual,team,SLP,,2024-11-29")),
         'Goal "articulation" has no push_in_subjects, but 1 team rows: in class they find no place.'),
        (edited("staff.csv", ("0.6", "1")),
         "staff.csv:2: 2250 contract minutes a week; start to end on the site days make 1350."),
    ],
)  # fmt: skip
def test_each_note_is_there_when_its_cause_is(
    changes: Mapping[str, str], note: str, small: Scenario, tmp_path: Path
) -> None:
    """A note appears with what it is about, and not without."""
    assert note not in small.notes
    assert note in load(write(tmp_path, changes)).notes


def test_toml_is_read_with_a_byte_order_mark(tmp_path: Path, small: Scenario) -> None:
    """Notepad's mark at the start of a file does not matter."""
    assert load(write(tmp_path, {TOML: b"\xef\xbb\xbf" + FILES[TOML].encode()})).digest() == small.digest()


def test_content_that_was_read_can_be_made_again(tmp_path: Path) -> None:
    """`make` with the content of the file is `load`."""
    file = write(tmp_path)
    assert Scenario.make(read_toml(file), tmp_path, file.name) == load(file)


def test_plain_content_holds_what_json_knows() -> None:
    """Dates become ISO text, tuples lists, and whole numbers of any library whole numbers."""
    import numpy as np

    assert plain({"a": (date(2024, 9, 3), np.int64(3), np.float64(0.5), True, None)}) == {
        "a": ["2024-09-03", 3, 0.5, True, None]
    }
