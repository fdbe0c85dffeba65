"""Where the benchmark of the solutions leaves its figures, for the documentation to show."""

from pathlib import Path

RESULTS = Path(__file__).with_name("solutions.json")
