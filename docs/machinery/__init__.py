"""The site's machinery: the hooks of `mkdocs.yml`, and what the chapters draw and compute with."""
