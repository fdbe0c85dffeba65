"""The hook that leaves out of pages the comments `<!-- run -->`, which tell a test to run a block.

Markdown would make them empty paragraphs.
"""

import re
from typing import Any


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Leave them out."""
    return re.sub(r"^ *<!-- run\b.*? -->\n", "", markdown, flags=re.M)
