"""The papers people bring: small PDFs that say they are samples. Nothing imitates a real document."""

from pathlib import Path

from registry.documents.fonts import load_fonts
from registry.documents.pdf import Paper
from registry.walkthrough.browser import File

MARK = "样件"


class Scans:
    """Prints samples with the registry's own fonts."""

    def __init__(self, fonts: Path) -> None:
        self._fonts = load_fonts(fonts)

    def paper(self, title: str, **facts: str) -> File:
        """A one-page sample with a title and some facts."""
        paper = Paper(self._fonts, number="", title=title, watermark=MARK)
        paper.title(title, subtitle="走查用样件，内容虚构，不是任何单位出具的文件")
        paper.facts(list(facts.items()))
        return File(name=f"{title}.pdf", data=paper.render().data)
