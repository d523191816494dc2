"""Gives MkDocs the pages of the site, and refuses one that would load from another machine.

Named in `mkdocs.yml`; `make docs` runs it.
"""

import site_links
import site_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the menu, which has every stage that there is."""
    config.nav = site_pages.navigation()
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Return all files of the site: the pages, made now, and the pictures that they show."""
    made = [
        File.generated(config, place, content=text) for place, text in site_pages.pages().items()
    ]
    made += [
        File.generated(config, place, abs_src_path=str(path))
        for place, path in site_links.pictures().items()
    ]
    kept = [f for f in files if f.src_dir != config.docs_dir or f.src_uri == "site.css"]
    return Files([*kept, *made])


def on_post_page(output: str, page: object, config: MkDocsConfig) -> str:
    """Return a page as it is, if it loads nothing from another machine."""
    if found := site_links.from_elsewhere(output):
        raise PluginError(f"{page}: would load {', '.join(found)}: nothing may come from elsewhere")
    return output
