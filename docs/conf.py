"""Sphinx: `make docs` builds these pages into build/docs; a warning is an error."""

project = "django-auth0-password"
author = "The auth0_password developers"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["images"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = project
nitpicky = True
