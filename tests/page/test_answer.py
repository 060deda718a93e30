"""Sentences of the answer: of many members or long texts they say how many there are, and no more."""

from landsweep.page.answer import LONG, damage, short


def test_of_many_damaged_files_the_first_are_named():
    found = [(f"beta = {k}", f"file {k} is damaged") for k in range(5)]
    assert damage([]) == []
    assert damage(found[:3]) == [f"beta = {k}: file {k} is damaged" for k in range(3)]
    assert damage(found)[2:] == [
        "beta = 2: file 2 is damaged",
        "2 more landscapes have damaged files: `landsweep run STUDY --repair` mends all.",
    ]


def test_long_texts_become_short_lines():
    assert short("two\n  lines") == "two lines"
    assert short("x" * 10_000) == "x" * LONG + " ..."
