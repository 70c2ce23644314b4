"""The kinds of strategies as an error lists them."""

from __future__ import annotations

from typing import get_args

from sdmsim.delivery import STRATEGIES

KINDS = ", ".join(sorted(["module:Class", *(get_args(s.model_fields["kind"].annotation)[0] for s in STRATEGIES)]))
