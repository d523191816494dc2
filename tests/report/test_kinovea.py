"""Kinovea's files of marks: written by its format, read back the same, and never trusted.

There is no Kinovea here: files are made by the format as its source reads it.
"""

from dataclasses import replace
from xml.etree import ElementTree as Tree

import pytest

from podium.errors import UnusableFile
from podium.report.kept import Line, read_kept
from podium.report.kinovea import MAX_BYTES, MAX_DEPTH, Shot, kva, read_kva, shot_of
from podium.report.notes import MAX_PLACES, Drawing
from report.test_film import N_FRAMES, write_report

SHOT = Shot("dive", 200, 100, tuple(2 + number / 25 for number in range(30)))
DRAWN = (
    Drawing("query", 3, SHOT.starts[3], "line", ((0.1, 0.2), (0.5, 0.6))),
    Drawing("query", 3, SHOT.starts[3], "angle", ((0.5, 0.2), (0.1, 0.2), (0.1, 0.8)), "", 90.0),
    Drawing("query", 3, SHOT.starts[3], "arrow", ((0.9, 0.9), (0.2, 0.3))),
    Drawing("query", 7, SHOT.starts[7], "circle", ((0.3, 0.5), (0.4, 0.5))),
    Drawing("query", 7, SHOT.starts[7], "free", ((0.1, 0.1), (0.2, 0.2), (0.3, 0.1))),
    Drawing("query", 0, SHOT.starts[0], "writing", ((0.25, 0.75),), "<knees> & ünder"),
)

MADE_BY_KINOVEA = """<?xml version="1.0" encoding="utf-8"?>
<KinoveaVideoAnalysis>
  <FormatVersion>2.0</FormatVersion>
  <Producer>Kinovea.0.9.5</Producer>
  <OriginalFilename>dive</OriginalFilename>
  <FullPath>C:\\Videos\\dive.mp4</FullPath>
  <ImageSize>400;200</ImageSize>
  <AverageTimeStampsPerFrame>512</AverageTimeStampsPerFrame>
  <CaptureFramerate>25</CaptureFramerate>
  <UserFramerate>25</UserFramerate>
  <FirstTimeStamp>1024</FirstTimeStamp>
  <SelectionStart>1024</SelectionStart>
  <TimeOrigin>1024</TimeOrigin>
  <Calibration><CalibrationLine><Scale>1</Scale></CalibrationLine></Calibration>
  <Keyframes>
    <Keyframe id="4b2f3a52-4a0e-4f6a-8d0e-0c6c3f0f8a11">
      <Position UserTime="0:00:00:20">3584</Position>
      <Title>entry</Title>
      <Comment>late</Comment>
      <Drawings>
        <Line id="a" name="Line 1">
          <Start>40;40</Start><End>200;120</End><ExtraData>None</ExtraData>
          <MeasureLabel><SpacePosition>1;1</SpacePosition></MeasureLabel>
          <DrawingStyle><Arrows Key="arrows"><Value>StartArrow</Value></Arrows></DrawingStyle>
          <InfosFading><Enabled>true</Enabled></InfosFading>
        </Line>
        <CrossMark id="b" name="Marker 1"><CenterPoint>100.5;50</CenterPoint></CrossMark>
        <GenericPosture id="c" name="Posture 1"><ToolId>x</ToolId></GenericPosture>
      </Drawings>
    </Keyframe>
  </Keyframes>
  <Tracks><Track name="t"/></Tracks>
</KinoveaVideoAnalysis>
"""


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "marks.kva"
    path.write_bytes(kva(SHOT, DRAWN))
    found = read_kva(path, "query", SHOT.starts)
    assert found.n_left_out == 0
    assert sorted(found.drawings, key=DRAWN.index) == list(DRAWN)
    assert kva(SHOT, DRAWN) == path.read_bytes()


def test_it_is_written_as_kinovea_reads_it():
    remarks = [Line(2.125, 2.5, "too \x01late", 3.0), Line(2.5, 2.6, "knees", 0.0)]
    root = Tree.fromstring(kva(SHOT, DRAWN, remarks))
    # What comes before key images has to: sizes and times are needed to read them.
    order = [one.tag for one in root]
    assert (order[0], order[-1]) == ("FormatVersion", "Keyframes")
    assert {"ImageSize", "AverageTimeStampsPerFrame", "FirstTimeStamp"} <= set(order[:-1])
    images = {int(one.findtext("Position")): one for one in root.iterfind("Keyframes/Keyframe")}
    ticks = int(root.findtext("AverageTimeStampsPerFrame"))
    assert sorted(images) == [number * ticks for number in (0, 3, 7, 12)]
    third = images[3 * ticks]
    assert (third.findtext("Title"), third.findtext("Comment")) == ("too late", "too late")
    assert [one.tag for one in third.find("Drawings")] == ["Line", "Angle", "Line"]
    line, angle, arrow = third.find("Drawings")
    assert (line.findtext("Start"), line.findtext("End")) == ("20.00;20.00", "100.00;60.00")
    assert line.findtext("DrawingStyle/Arrows/Value") == "None"
    assert arrow.findtext("DrawingStyle/Arrows/Value") == "EndArrow"
    assert [angle.findtext(one) for one in ("PointO", "PointA", "PointB")] == [
        "20.00;20.00", "100.00;20.00", "20.00;80.00",
    ]  # fmt: skip
    circle, pencil = images[7 * ticks].find("Drawings")
    assert (circle.findtext("Origin"), circle.findtext("Radius")) == ("60.00;50.00", "20")
    assert pencil.find("PointList").get("Count") == "3"
    label = images[0].find("Drawings/Label")
    assert (label.findtext("Text"), label.findtext("Position")) == (
        "<knees> & ünder",
        "50.00;75.00",
    )


def test_a_ruler_is_a_line_that_says_its_length():
    ruler = replace(DRAWN[0], tool="ruler", centimetres=172.5)
    line = Tree.fromstring(kva(SHOT, [ruler])).find("Keyframes/Keyframe/Drawings/Line")
    assert (line.get("name"), line.findtext("ExtraData")) == ("172.5 cm", "Name")


def test_a_file_as_kinovea_writes_it(tmp_path):
    path = tmp_path / "dive.kva"
    path.write_text(MADE_BY_KINOVEA)
    found = read_kva(path, "reference", SHOT.starts)
    arrow, cross = found.drawings
    assert found.n_left_out == 1
    assert arrow == Drawing(
        "reference", 5, SHOT.starts[5], "arrow", ((0.5, 0.6), (0.1, 0.2))
    )  # to where it begins
    assert cross == Drawing(
        "reference", 5, SHOT.starts[5], "circle", ((0.25125, 0.25), (0.26125, 0.25))
    )


def test_as_many_places_as_are_kept_are_taken(tmp_path):
    points = "".join(f"<Point>{i % 400};{i % 200}</Point>" for i in range(1000))
    made = f"<Pencil><PointList>{points}</PointList></Pencil>"
    path = tmp_path / "dive.kva"
    path.write_text(MADE_BY_KINOVEA.replace("<Drawings>", f"<Drawings>{made}"))
    free = read_kva(path, "query", SHOT.starts).drawings[0]
    assert len(free.places) <= MAX_PLACES
    assert free.places[-1] == (999 % 400 / 400, 999 % 200 / 200)


BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;">]>
<KinoveaVideoAnalysis>&c;</KinoveaVideoAnalysis>"""
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "declares types or entities, which no file of marks does"),
        (OUTSIDE, "declares types or entities, which no file of marks does"),
        ("<a>" * (MAX_DEPTH + 1), "holds too much to be a file of marks"),
        ("<a></b>", "is not valid XML (mismatched tag: line 1, column 5)"),
        ("", "is not valid XML (no element found: line 1, column 0)"),
        ("<KinoveaVideoAnalysis/>",
         "is no file of marks of version 2.0: save it anew with Kinovea"),
        (MADE_BY_KINOVEA.replace("400;200", "400"),
         "its ImageSize is missing or no number: save it anew"),
        (MADE_BY_KINOVEA.replace("400;200", "0;0"),
         "its ImageSize is missing or no number: save it anew"),
        (MADE_BY_KINOVEA.replace(">512<", ">0<"),
         "its AverageTimeStampsPerFrame is missing or no number: save it anew"),
        (MADE_BY_KINOVEA.replace(">3584<", ">1e999<"),
         "its Position is missing or no number: save it anew"),
        (MADE_BY_KINOVEA.replace("<End>200;120</End>", ""),
         "its End is missing or no number: save it anew"),
        (MADE_BY_KINOVEA.replace("</Drawings>", "<CrossMark><CenterPoint>1;1</CenterPoint>"
                                 "</CrossMark>" * 500 + "</Drawings>"),
         "holds 502 drawings: it must be at most 500"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_one_line(tmp_path, text, why):
    path = tmp_path / "dive.kva"
    path.write_text(text)
    with pytest.raises(UnusableFile) as refused:
        read_kva(path, "query", SHOT.starts)
    assert str(refused.value) == f"{path}: {why}"


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "dive.kva"
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(UnusableFile, match="has more than the 8,000,000 bytes allowed"):
        read_kva(path, "query", SHOT.starts)


def test_the_frames_of_a_report_are_known(tmp_path):
    shot = shot_of(read_kept(write_report(tmp_path)).query)
    assert (shot.name, shot.width, shot.height) == ("query", 64, 48)
    assert shot.starts == pytest.approx([1 + number / 30 for number in range(N_FRAMES)], abs=1e-5)
    assert shot.frames_per_second == pytest.approx(30, abs=0.01)
