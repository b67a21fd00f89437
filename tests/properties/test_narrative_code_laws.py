"""Laws of codes: coders do not bear on each other, and a text is shown whole."""

from hypothesis import given
from hypothesis import strategies as st

from peelian import sources
from peelian.offences import (
    Code,
    CodeLabel,
    CodeMode,
    classify_narrative,
    coded_rows,
    narrative_mentions,
)
from peelian.workflows.narratives.review import pieces_of

WORDS = sources.read_knife_words(None)
SOUP = sorted({word for group in WORDS.groups.values() for word in group})
LABEL = st.sampled_from(CodeLabel)
GIVEN = st.lists(st.tuples(st.integers(1, 6), LABEL), min_size=1)


def codes_of(coder, given_codes, mode=CodeMode.BLIND):
    return [Code(row, coder, label, mode) for row, label in given_codes]


@given(GIVEN, GIVEN, st.randoms(use_true_random=False))
def test_how_two_coders_take_turns_does_not_matter(first, second, chance):
    a, b = codes_of("A", first), codes_of("B", second)
    mixed, left = [a[0]], [a[1:], list(b)]
    while any(left):
        mixed.append(chance.choice([part for part in left if part]).pop(0))
    found = coded_rows(mixed)
    assert found == coded_rows(a + b)
    assert [(one.row, one.first, one.second) for one in found] == [
        (row, dict(first)[row], dict(second)[row])
        for row in sorted(dict(first).keys() & dict(second).keys())
    ]


@given(GIVEN, GIVEN, GIVEN)
def test_a_third_decides_where_two_differ_and_nowhere_else(first, second, third):
    both = codes_of("A", first) + codes_of("B", second)
    for one in coded_rows(both + codes_of("C", third, CodeMode.THIRD)):
        if one.first == one.second:
            assert one.label == one.first
        else:
            assert one.label == dict(third).get(one.row)


@given(st.lists(st.one_of(st.sampled_from(SOUP), st.text(max_size=8)), max_size=30))
def test_a_text_is_shown_whole_with_its_deciding_words_marked(words):
    text = " ".join(words)
    mentions = narrative_mentions(text, WORDS)
    pieces = pieces_of(text, mentions)
    assert "".join(piece for piece, _ in pieces) == text
    marked = "".join(piece for piece, mark in pieces if mark)
    verdict = classify_narrative(text, WORDS)
    for one in verdict.evidence:
        assert text[one.start : one.end] in marked
    decided = [m.evidence for m in mentions if m.decides]
    assert decided == [verdict.evidence] * bool(verdict.evidence)
