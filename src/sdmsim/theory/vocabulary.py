"""Names that theory and its callers share: domains of goals, and the activities in which they are practised."""

from __future__ import annotations

from typing import Literal, get_args

Domain = Literal[
    "speech_sounds", "language", "social_communication", "motor_sensory", "attention_behaviour", "academics"
]
"""What a goal is about. One SD is a number of log-odds for each (`scale.sd`)."""
DOMAINS: tuple[Domain, ...] = get_args(Domain)
Activity = Literal["drill", "play", "woven"]
"""How a goal is practised: drill; structured play or a book; woven into a lesson."""
