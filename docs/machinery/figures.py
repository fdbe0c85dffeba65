"""What chapters show figures, tables and sentences with: students' notebooks have it too."""

from course.given.display import COLOURS, INK, show, table, to_svg, write

__all__ = ["COLOURS", "INK", "show", "table", "to_svg", "write"]
