"""Where the benchmarks leave their figures, for the documentation to show."""

from pathlib import Path

RESULTS = Path(__file__).with_name("solutions.json")
PLAYGROUND = Path(__file__).with_name("playground.json")
