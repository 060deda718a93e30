"""Text from a template that is a shell script, and the template of batch jobs as it stands."""

import shutil
import subprocess

import pytest
from landsweep.base.errors import Exit
from landsweep.base.template import fill
from landsweep.batch.script import TEMPLATE

TEXT = """#!/bin/bash
#: a remark
# shellcheck disable=SC2154
first=${ls_first}
#: if a
a
#: elif b
b
#: each item
  ${ls_name}) echo "${ls_words}"
  "${ls_words}"
#: end
#: else
neither
#: end
${ls_none}
last
"""


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (True, True, ["a"]),
        (False, False, ["neither"]),
        (False, True, ["b", "  1) echo 'x y'", "  'x y'", "  2) echo ['p', 'q']", "  p", "  q"]),
    ],
)
def test_parts_are_chosen_repeated_and_filled(a, b, expected):
    values = {"first": "1", "none": []}
    repeats = {"item": [{"name": "1", "words": "'x y'"}, {"name": "2", "words": ["p", "q"]}]}
    found = fill(TEXT, {"a": a, "b": b}, values, repeats)
    assert found.splitlines() == ["#!/bin/bash", "first=1", *expected, "last"]


def test_a_name_that_is_not_given_is_an_error():
    with pytest.raises(KeyError, match="first"):
        fill(TEXT, {"a": True, "b": True}, {}, {})


def test_statuses_in_the_template_are_those_of_the_program():
    text = TEMPLATE.read_text()
    assert f"status={Exit.STOPPED:d}\n" in text
    assert f"[ $status -ne {128 + 12} ] || status={Exit.STOPPED:d}" in text  # killed by USR2
    assert f"[ $status -eq {Exit.FAILED_MEMBERS:d} ]" in text


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="no shellcheck (apt-get install shellcheck)")
def test_shellcheck_reads_the_template_as_it_stands():
    done = subprocess.run(
        ["shellcheck", "--severity=style", "-"], input=TEMPLATE.read_text(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout
