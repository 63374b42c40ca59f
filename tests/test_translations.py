"""Both languages are complete: nothing untranslated, nothing stale, the same placeholders on both sides."""

import re

from tests.translations import english, missing, source

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")


def test_every_sentence_of_the_source_has_its_english() -> None:
    known = {(message.id, message.context) for message in english() if message.id and message.string}
    wanted = {(message.id, message.context) for message in source() if message.id}
    assert not sorted(str(one) for one in wanted - known)


def test_no_translation_outlives_its_sentence() -> None:
    wanted = {message.id for message in source()}
    assert not [message.id for message in english() if message.id and message.id not in wanted]
    assert not missing(english())


def test_placeholders_are_the_same_in_both_languages() -> None:
    wrong = [
        (message.id, message.string)
        for message in english()
        if message.id
        and set(PLACEHOLDER.findall(str(message.id))) != set(PLACEHOLDER.findall(str(message.string)))
    ]
    assert not wrong


def test_english_sentences_hold_no_chinese_left_behind() -> None:
    """Names of things that stay Chinese (a legal term beside its English) are allowed in brackets only."""
    han = re.compile(r"[\u4e00-\u9fff]")
    assert not [
        message.string
        for message in english()
        if message.id and han.search(re.sub(r"[(（“「《].*?[)）”」》]", "", str(message.string)))
    ]
