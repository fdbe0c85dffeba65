"""The hook for the page that a server shows for an address that is not there.

The theme's own begins all its addresses at the top of the server. If nobody has said where the site
lies, that may be wrong, and the page would come without its styles: so then it is a plain one.
"""

from typing import Any

PLAIN = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{name}</title>
<body style="font: 1.1rem/1.6 sans-serif; margin: 12vh auto; max-width: 34rem; padding: 0 1rem">
<h1>Not found</h1>
<p>There is no page at this address. Go back to where you came from, or to the first page of
{name}.</p>
</body>
</html>
"""


def on_post_template(output: str, template_name: str, config: Any) -> str:
    """Replace it, where the site's address is not known."""
    if template_name == "404.html" and not config.site_url:
        return PLAIN.format(name=config.site_name)
    return output
