from __future__ import annotations

import pytest

from retrieval.forms import forms, wanted
from retrieval.text import tokens

SAME = """
talks talk | strikes strike | striking strike | bombings bombing | bombed bomb | cities city
militias militia | planned plan | Iranian Iran | Syrians Syria | sanctions sanction | won win
children child | labour labor | crashes crash | women woman | Araghchi's Araghchi
لفلسطين فلسطين | وفلسطين فلسطين | الفلسطينية فلسطين | والهدنة هدنة | للهدنة الهدنة
بالقدس القدس | لدمشق دمشق | لحماس حماس | بغزة غزة | لغزة غزة | الغارات غارة | غارتين غارة
بمفاوضات مفاوضات | للمفاوضات المفاوضات | للاجئين لاجئين | اللاجئون لاجئ | ووزير وزير
والوزير الوزير | حكومتها حكومة | حكومته الحكومة | قصفًا قصف | الإيرانيون إيران | لبنانية لبنان
وقواتهما قوات | احتجاجات احتجاج | ببغداد بغداد | مُفاوضات مفاوضات | هـدنـة هدنة | لقطر قطر
"""
OTHER = """
Iraq Iran | man Manning | emir Emirates | organ organization | Hama Hamas | policy police
Jordan Jordanville | state status | 2023 2024 | new news | Mali malice
لبن لبنان | سلم سلمان | بشارة بشار | محمود محمد | وزارة وزير | إيران عراق | قدس مقدس | عام عامل
حماة حماس | نفطية نفط | حلبي حلب | شار بشار | أمير إمارات | سود السودان | عم عمان
"""


def pairs(text: str) -> list[list[str]]:
    return [pair.split() for line in text.split("\n") for pair in line.split("|") if pair.strip()]


def follows(query: str, article: str) -> bool:
    (asked,), (met,) = tokens(query), tokens(article)
    return not set(wanted(asked)).isdisjoint(forms(met))


@pytest.mark.parametrize(("article", "query"), pairs(SAME))
def test_a_word_is_found_in_its_inflections(article: str, query: str) -> None:
    assert follows(query, article)


@pytest.mark.parametrize(("article", "query"), pairs(OTHER))
def test_a_word_is_not_found_in_its_neighbours(article: str, query: str) -> None:
    assert not follows(query, article)


def test_a_stop_word_is_found_as_it_is_written_alone() -> None:
    assert follows("the", "The")
    assert not follows("من", "منها")
