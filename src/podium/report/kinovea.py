"""Kinovea's files of marks (`.kva`): what was drawn and remarked is written so, and read back.

The format is XML, version 2.0, as Kinovea's own source reads it (`MetadataSerializer`, `Keyframe`,
`DrawingLine` and the others; Kinovea 0.8.27 to 2023). A time is a number of ticks: the first
frame's, and for each frame further so many more as the file says. A file may be a stranger's: it
has no declarations of a type, and no more of anything than is kept.
"""

import math
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Tree
from xml.parsers import expat

from podium.errors import UnusableFile, UsageError
from podium.machine.files import read_bytes
from podium.report.kept import Line, Side
from podium.report.notes import MAX_DRAWINGS, MAX_LETTERS, MAX_PLACES, Drawing, Tool
from podium.report.sketches import degrees_of
from podium.video.frames import each_frame, probe

VERSION = "2.0"
TICKS = 1000
"""So many ticks a frame have, in what Podium writes."""

MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS = 8_000_000, 16, 200_000
MAX_SIDE = 100_000
"""No picture is wider or higher, in pixels."""

MARK = 0.02
"""A cross becomes a circle so large, as a share of the picture's height."""

_INK = "255;61;242;255"
_NAMES = uuid.UUID("6f1c1c9e-4f4b-4d57-9c7a-0d3f2a1f5e10")
"""Each drawing is named by what it is: the same file twice is the same bytes."""

Place = tuple[float, float]


@dataclass(frozen=True)
class Shot:
    """The video that marks lie on."""

    name: str
    """Its file, without the ending."""

    width: int
    """In pixels."""

    height: int
    """In pixels."""

    starts: tuple[float, ...]
    """When each frame is, in seconds."""

    def number_at(self, seconds: float) -> int:
        """Return which frame is on screen then."""
        later = sum(start <= seconds + 1e-4 for start in self.starts)
        return max(later - 1, 0)

    @property
    def frames_per_second(self) -> float:
        """Return how many frames a second has, on average."""
        span = self.starts[-1] - self.starts[0] if self.starts else 0.0
        return (len(self.starts) - 1) / span if span > 0 else 25.0


@dataclass(frozen=True)
class Marks:
    """What a file of marks holds."""

    drawings: tuple[Drawing, ...]
    """What Podium can draw."""

    n_left_out: int
    """How many things of it Podium cannot draw."""


def shot_of(side: Side) -> Shot:
    """Return what must be known of a video to write or to read marks on it."""
    video = probe(side.path)
    frames = each_frame(side.path, width=2, height=2)
    starts = tuple(round(side.offset_seconds + frame.start_seconds, 6) for frame in frames)
    return Shot(side.path.stem, video.width, video.height, starts)


def kva(shot: Shot, drawings: Iterable[Drawing], remarks: Iterable[Line] = ()) -> bytes:
    """Write the marks of one video; each remark becomes a key image with a comment."""
    root = Tree.Element("KinoveaVideoAnalysis")
    rate = f"{shot.frames_per_second:.6g}"
    general = {
        "FormatVersion": VERSION, "Producer": "Podium", "OriginalFilename": shot.name,
        "ImageSize": f"{shot.width};{shot.height}", "AverageTimeStampsPerFrame": str(TICKS),
        "CaptureFramerate": rate, "UserFramerate": rate, "FirstTimeStamp": "0",
        "SelectionStart": "0", "TimeOrigin": "0",
    }  # fmt: skip
    for name, text in general.items():
        Tree.SubElement(root, name).text = text
    drawn, said = defaultdict[int, list[Drawing]](list), defaultdict[int, list[str]](list)
    for drawing in drawings:
        drawn[drawing.frame].append(drawing)
    for remark in remarks:
        said[shot.number_at(remark.start_seconds)].append(_printable(remark.words))
    if images := sorted({*drawn, *said}):
        keyframes = Tree.SubElement(root, "Keyframes")
        for number in images:
            _keyframe(keyframes, shot, number, drawn[number], said[number])
    Tree.indent(root)
    text = Tree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _keyframe(
    parent: Tree.Element, shot: Shot, number: int, drawn: Sequence[Drawing], said: Sequence[str]
) -> None:
    keyframe = Tree.SubElement(parent, "Keyframe", id=str(uuid.uuid5(_NAMES, str(number))))
    Tree.SubElement(keyframe, "Position").text = str(number * TICKS)
    Tree.SubElement(keyframe, "Title").text = said[0][:MAX_LETTERS] if said else str(number + 1)
    if said:
        Tree.SubElement(keyframe, "Comment").text = "\n".join(said)
    if drawn:
        drawings = Tree.SubElement(keyframe, "Drawings")
        for order, drawing in enumerate(drawn):
            _Written(drawings, shot, drawing, f"{number} {order}").write()


class _Written:
    """One drawing, as an element."""

    def __init__(self, parent: Tree.Element, shot: Shot, drawing: Drawing, name: str) -> None:
        self.parent, self.shot, self.drawing = parent, shot, drawing
        self.id = str(uuid.uuid5(_NAMES, name))

    def write(self) -> None:
        """Write it as Kinovea's tool that does the same; what has too few places is left out."""
        places = self.drawing.places
        tool = self.drawing.tool
        if tool == "writing":
            self._label()
        elif tool == "angle" and len(places) > 2:
            made = self._made("Angle", "", PointO=places[1], PointA=places[0], PointB=places[2])
            self._facts(made, Signed="false", CCW="true", Supplementary="false")
            self._style(made, ("Color", "line color", _INK))
        elif tool == "circle" and len(places) > 1:
            self._circle()
        elif tool == "free":
            self._pencil()
        elif len(places) > 1:
            self._line()

    def _at(self, place: Place) -> str:
        return f"{place[0] * self.shot.width:.2f};{place[1] * self.shot.height:.2f}"

    def _made(self, kind: str, name: str, **places: Place) -> Tree.Element:
        made = Tree.SubElement(self.parent, kind, id=self.id, name=name or kind)
        self._facts(made, **{key: self._at(place) for key, place in places.items()})
        return made

    def _facts(self, made: Tree.Element, **facts: str) -> None:
        for key, text in facts.items():
            Tree.SubElement(made, key).text = text

    def _style(self, made: Tree.Element, *styles: tuple[str, str, str]) -> None:
        style = Tree.SubElement(made, "DrawingStyle")
        for kind, key, value in styles:
            Tree.SubElement(Tree.SubElement(style, kind, Key=key), "Value").text = value

    def _line(self) -> None:
        start, end = self.drawing.places[:2]
        length = self.drawing.centimetres
        name = "" if length is None else f"{length:g} cm"
        made = self._made("Line", name, Start=start, End=end)
        self._facts(made, ExtraData="Name" if name else "None")
        ending = "EndArrow" if self.drawing.tool == "arrow" else "None"
        self._style(
            made, ("Color", "color", _INK), ("LineSize", "line size", "2"),
            ("LineShape", "line shape", "Solid"), ("Arrows", "arrows", ending),
        )  # fmt: skip

    def _circle(self) -> None:
        (x, y), (u, v) = self.drawing.places[:2]
        radius = math.hypot((u - x) * self.shot.width, (v - y) * self.shot.height)
        made = self._made("Circle", "", Origin=(x, y))
        self._facts(made, Radius=str(max(round(radius), 1)), ExtraData="None")
        self._pen(made)

    def _pencil(self) -> None:
        made = self._made("Pencil", "")
        points = Tree.SubElement(made, "PointList", Count=str(len(self.drawing.places)))
        for place in self.drawing.places:
            Tree.SubElement(points, "Point").text = self._at(place)
        self._pen(made)

    def _pen(self, made: Tree.Element) -> None:
        self._style(
            made, ("Color", "color", _INK), ("PenSize", "pen size", "2"),
            ("PenShape", "pen shape", "Solid"),
        )  # fmt: skip

    def _label(self) -> None:
        text = _printable(self.drawing.text)
        made = Tree.SubElement(self.parent, "Label", id=self.id, name=text)
        place = self._at(self.drawing.places[0])
        self._facts(made, Text=text, Position=place, ArrowVisible="false", ArrowEnd=place)
        self._style(made, ("Color", "back color", _INK), ("FontSize", "font size", "16"))


def _printable(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(one for one in text if one.isprintable() or one in "\n\t")


def read_kva(path: Path, side: str, starts: Sequence[float]) -> Marks:
    """Read marks for a video whose frames are at those times, in seconds.

    Raises
    ------
    UnusableFile
        If it is no such file, or holds more than is kept.
    """
    root = _tree(path)
    if root.tag != "KinoveaVideoAnalysis" or root.findtext("FormatVersion") != VERSION:
        raise UnusableFile.of_file(
            path, f"is no file of marks of version {VERSION}: save it anew with Kinovea"
        )
    found, left_out = [], 0
    reader = _Reader(path, root, side, starts)
    for keyframe in root.iterfind("Keyframes/Keyframe"):
        number = reader.number_of(keyframe)
        for element in keyframe.iterfind("Drawings/*"):
            drawing = reader.drawing(element, number)
            left_out += drawing is None
            found += [] if drawing is None else [drawing]
    if len(found) > MAX_DRAWINGS:
        raise UnusableFile.of_file(
            path, f"holds {len(found):,} drawings: it must be at most {MAX_DRAWINGS}"
        )
    return Marks(tuple(found), left_out)


def _tree(path: Path) -> Tree.Element:
    """Return the elements of a file; what declares types or entities is refused before it acts."""
    builder, level, n = Tree.TreeBuilder(), 0, 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal level, n
        level, n = level + 1, n + 1
        if level > MAX_DEPTH or n > MAX_ELEMENTS:
            raise UnusableFile.of_file(path, "holds too much to be a file of marks")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal level
        level -= 1
        builder.end(name)

    def refuse(*_: object) -> None:
        raise UnusableFile.of_file(path, "declares types or entities, which no file of marks does")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(read_bytes(path, MAX_BYTES), True)
    except expat.ExpatError as error:
        raise UnusableFile.of_file(path, f"is not valid XML ({error})") from error
    return builder.close()


class _Reader:
    """Reads elements for one video."""

    def __init__(self, path: Path, root: Tree.Element, side: str, starts: Sequence[float]) -> None:
        self.path, self.side, self.starts = path, side, starts
        width, height = self._numbers(root, "ImageSize", 2)
        if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
            raise self._refusal("ImageSize")
        self.size = width, height
        (self.ticks,) = self._numbers(root, "AverageTimeStampsPerFrame", 1)
        origin = "TimeOrigin" if root.find("TimeOrigin") is not None else "FirstTimeStamp"
        (self.first,) = self._numbers(root, origin, 1)
        if self.ticks <= 0:
            raise self._refusal("AverageTimeStampsPerFrame")

    def number_of(self, keyframe: Tree.Element) -> int:
        """Return which frame of the video a key image is, the nearest there is."""
        (ticks,) = self._numbers(keyframe, "Position", 1)
        number = round((ticks - self.first) / self.ticks)
        return min(max(number, 0), len(self.starts) - 1)

    def drawing(self, element: Tree.Element, number: int) -> Drawing | None:
        """Return what an element draws; `None` where Podium draws no such thing."""
        make = _KINDS.get(element.tag)
        if make is None:
            return None
        tool, places, text = make(self, element)
        degrees = self._degrees(places) if tool == "angle" else None
        try:
            return Drawing(
                "query" if self.side == "query" else "reference", number,
                self.starts[number], tool, places, text, degrees,
            )  # fmt: skip
        except UsageError as error:
            raise UnusableFile.of_file(self.path, str(error)) from error

    def line(self, element: Tree.Element) -> tuple[Tool, tuple[Place, ...], str]:
        """Return a line, or an arrow, from its start to its end."""
        places = self._place(element, "Start"), self._place(element, "End")
        ending = element.findtext("DrawingStyle/Arrows/Value", "None")
        if ending == "StartArrow":
            places = places[::-1]
        return ("line" if ending == "None" else "arrow"), places, ""

    def angle(self, element: Tree.Element) -> tuple[Tool, tuple[Place, ...], str]:
        """Return an angle; its corner is the second place."""
        names = "PointA", "PointO", "PointB"
        return "angle", tuple(self._place(element, name) for name in names), ""

    def circle(self, element: Tree.Element) -> tuple[Tool, tuple[Place, ...], str]:
        """Return a circle, by its middle and a place of its rim in the picture."""
        (radius,) = self._numbers(element, "Radius", 1)
        return "circle", self._round(self._place(element, "Origin"), radius), ""

    def cross(self, element: Tree.Element) -> tuple[Tool, tuple[Place, ...], str]:
        """Return a small circle about a cross."""
        middle = self._place(element, "CenterPoint")
        return "circle", self._round(middle, MARK * self.size[1]), ""

    def label(self, element: Tree.Element) -> tuple[Tool, tuple[Place, ...], str]:
        """Return what was written, and where."""
        text = " ".join(_printable(element.findtext("Text", "")).split())
        return "writing", (self._place(element, "Position"),), text[:MAX_LETTERS]

    def pencil(self, element: Tree.Element) -> tuple[Tool, tuple[Place, ...], str]:
        """Return a line that was drawn by hand, by as many of its places as are kept."""
        points = element.findall("PointList/Point")
        step = max(math.ceil(len(points) / (MAX_PLACES - 1)), 1)
        kept = [*points[:-1:step], *points[-1:]]
        return "free", tuple(self._share(self._parsed(one, 2)) for one in kept), ""

    def _round(self, middle: Place, radius: float) -> tuple[Place, ...]:
        across = radius / self.size[0]
        right = middle[0] + across
        return middle, (right if right <= 1 else max(middle[0] - across, 0.0), middle[1])

    def _degrees(self, places: Sequence[Place]) -> float:
        pixels = [(x * self.size[0], y * self.size[1]) for x, y in places]
        return round(degrees_of(pixels), 1)

    def _place(self, element: Tree.Element, name: str) -> Place:
        return self._share(self._numbers(element, name, 2))

    def _share(self, pixels: Sequence[float]) -> Place:
        x, y = (min(max(one / most, 0.0), 1.0) for one, most in zip(pixels, self.size, strict=True))
        return round(x, 5), round(y, 5)

    def _numbers(self, element: Tree.Element, name: str, n: int) -> list[float]:
        found = element.find(name)
        if found is None:
            raise self._refusal(name)
        return self._parsed(found, n)

    def _parsed(self, element: Tree.Element, n: int) -> list[float]:
        try:
            numbers = [float(one) for one in (element.text or "").split(";")]
        except ValueError:
            numbers = []
        if len(numbers) != n or not all(math.isfinite(one) for one in numbers):
            raise self._refusal(element.tag)
        return numbers

    def _refusal(self, name: str) -> UnusableFile:
        return UnusableFile.of_file(
            self.path, f"its {name:.40} is missing or no number: save it anew"
        )


_Made = tuple[Tool, tuple[Place, ...], str]
_KINDS: dict[str, Callable[[_Reader, Tree.Element], _Made]] = {
    "Line": _Reader.line,
    "Angle": _Reader.angle,
    "Circle": _Reader.circle,
    "CrossMark": _Reader.cross,
    "Label": _Reader.label,
    "Pencil": _Reader.pencil,
}
"""What of Kinovea's drawings Podium can draw."""
