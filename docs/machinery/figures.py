"""What chapters show figures, tables and sentences with: students' notebooks have it too."""

from course.given.display import COLORS, INK, computed, show, table, to_svg, write

__all__ = ["COLORS", "INK", "computed", "show", "table", "to_svg", "write"]
