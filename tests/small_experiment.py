"""A small drawn school and an experiment with it, written into a folder, for the tests of the lab."""

from __future__ import annotations

from pathlib import Path

SCENARIO = """\
format = 1
title = "Small school"
seed = 3

[year]
first_day = 2024-09-03
last_day = 2024-10-25
start_up_weeks = 1

[school]
kind = "synthetic"
like = "small"

[delivery]
kind = "hybrid"
push_in_share = 0.0

[goals.articulation]
domain = "speech_sounds"
in_room = "drill"
[goals.language]
domain = "language"
push_in_subjects = ["ELA"]
[goals.severe_language]
domain = "language"
push_in_subjects = ["ELA"]
[goals.social]
domain = "social_communication"
push_in_subjects = ["ELA"]

[week]
effort = 1.0
"""

HEAD = """\
format = 1
title = "How much push-in?"
scenario = "school.toml"
baseline = "none"
replications = 3
"""

ARMS = """
[[arm]]
name = "none"
set = { "delivery.push_in_share" = 0.0 }

[[arm]]
name = "half"
set = { "delivery.push_in_share" = 0.5 }

[[arm]]
name = "all"
set = { "delivery.push_in_share" = 1.0 }
"""

REGROUP = """
[[regroup]]
name = "language kinds may mix"
set = { "grouping.mix" = [["language", "severe_language"]] }
"""


def written(folder: Path, text: str = HEAD + ARMS, scenario: str = SCENARIO, name: str = "mix.toml") -> Path:
    """The scenario as `school.toml` and the experiment beside it; the path of the experiment."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "school.toml").write_text(scenario, encoding="utf-8", newline="\n")
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder / name
