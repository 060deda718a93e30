"""What all figures share."""

from landsweep.figures.style import save, wrapped
from matplotlib.figure import Figure


def test_a_title_that_is_too_long_has_lines_of_about_one_length():
    assert wrapped("toy (log10 loss)", 78) == "toy (log10 loss)"
    assert wrapped("one two three four five six seven", 30) == "one two three four\nfive six seven"
    assert wrapped("a-name-without-any-blank", 10).replace("\n", "") == "a-name-without-any-blank"


def test_the_same_figure_is_the_same_file_and_its_texts_are_texts(tmp_path):
    for name in ("a.svg", "b.svg"):
        figure = Figure(figsize=(2, 1))
        figure.subplots().set_xlabel("direction 0")
        save(figure, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert ">direction 0</text>" in (tmp_path / "a.svg").read_text()
    save(figure, tmp_path / "c.pdf")
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
