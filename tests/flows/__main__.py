"""Plays the courses of some seeds: ``python -m tests.flows SEED ...``, or of a range: ``FIRST-LAST``."""

from __future__ import annotations

import sys
import traceback
from collections import Counter

from tests.flows.playing import play


def main(arguments: list[str]) -> int:
    outcomes: Counter[str] = Counter()
    failed: list[int] = []
    for argument in arguments:
        first, _, last = argument.partition("-")
        for seed in range(int(first), int(last or first) + 1):
            try:
                outcomes[play(seed)] += 1
            except Exception:  # noqa: BLE001 -- of whatever kind, the next seed is played
                traceback.print_exc()
                failed.append(seed)
    print(dict(outcomes.most_common()), "failed:", failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
